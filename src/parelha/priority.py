"""Workers give way to the model: a decode step waits at hundreds of barriers for every thread."""

import contextlib
import os
from pathlib import Path

_NICE = 10


def usable_cores() -> int:
    """How many processors this process may use.

    Fewer than the machine has where Slurm, a container's `--cpuset-cpus` or `taskset` says so.
    """
    if hasattr(os, "sched_getaffinity"):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def give_way(pid: int) -> None:
    """Let a worker process run behind this one wherever both want a processor.

    Sets the nice value, and that of the session's scheduling group where the kernel keeps one
    (sched(7), "The autogroup feature": there a nice value counts inside its own session only).
    Does nothing where the system refuses.
    """
    with contextlib.suppress(OSError):
        os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0))
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, _NICE)
    with contextlib.suppress(OSError):
        if os.getsid(pid) != os.getsid(0):
            Path(f"/proc/{pid}/autogroup").write_text(str(_NICE), encoding="ascii")
