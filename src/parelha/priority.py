"""Workers give way to the model: a decode step waits at hundreds of barriers for every thread."""

import contextlib
import os
from pathlib import Path

_NICE = 10


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
