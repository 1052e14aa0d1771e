"""What the owner can see of a running child through /proc, without asking anyone below it."""

import contextlib
import os
from pathlib import Path


def find_child(zygote: int) -> int | None:
    """The process id, as seen here, of the program under a zygote; None if it cannot be known.

    With a pid namespace a waiting process stands between the two, so the chain is followed down.
    Source: proc_pid_task(5), ``children``.
    """
    found = None
    pid = zygote
    while True:
        children = _read(f"/proc/{pid}/task/{pid}/children").split()
        if not children:
            return found
        found = pid = int(children[-1])


def count_threads(pid: int) -> int:
    """Kernel threads of a process; 0 if it is gone. Source: proc_pid_status(5)."""
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith("Threads:"):
            return int(line.split()[1])
    return 0


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, all threads together; 0 if it is gone.

    Source: proc_pid_stat(5), fields 14 and 15 (the name in field 2 may hold anything).
    """
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    if len(fields) < 13:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def waited_seconds(pid: int) -> float:
    """Seconds its first thread stood ready but without a processor; 0 if that is not known.

    Source: the kernel's ``Documentation/scheduler/sched-stats.rst``, second field.
    """
    fields = _read(f"/proc/{pid}/schedstat").split()
    return int(fields[1]) / 1e9 if len(fields) >= 2 else 0.0


def _read(path: str) -> str:
    with contextlib.suppress(OSError):
        return Path(path).read_text("ascii", errors="replace")
    return ""
