"""The processor time that all linters together have for one program."""

import threading

from parelha.analysis.findings import TOOLS, Tool
from parelha.types import Limits

PROGRAM_SECONDS = Limits().cpu_seconds  # reading a program may cost what running it may


class Budget:
    """What the tools used for one program so far; safe to share between their threads.

    The tools work side by side and are charged one after the other, in the order of `TOOLS`: a tool
    is covered while it and those before it have used no more than the budget. So which tools a
    slow program loses depends on what each of them costs, and not on which was scheduled first. It
    counts processor time alone: a busy machine takes nothing from it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._used: dict[Tool, float] = {}
        self._lock = threading.Lock()

    def charge(self, tool: Tool, seconds: float) -> None:
        """Say what a tool has used in all until now."""
        with self._lock:
            self._used[tool] = seconds

    def covers(self, tool: Tool) -> bool:
        """Whether a tool may go on; once False it stays so."""
        charged = TOOLS[: TOOLS.index(tool) + 1]
        with self._lock:
            return sum(self._used.get(each, 0.0) for each in charged) <= self._seconds
