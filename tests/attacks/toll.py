"""What a program costs the process that grades it: time, memory, and the other threads."""

import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

MAX_SECONDS = 2.0
MAX_BYTES = 200 << 20
MAX_PAUSE = 2.0
_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Toll:
    """Measures what happens inside a ``with``.

    Attributes:
        seconds: processor time of this thread.
        bytes: how far the memory of this process rose above where it was, at its highest.
        pause: the longest time in which another thread could not go on. On a busy machine a thread
            also waits for its turn, so a short pause says nothing.
    """

    def __init__(self) -> None:
        self.seconds = self.pause = 0.0
        self.bytes = 0
        self._stop = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self._ticker.start()
        with suppress(OSError):
            _RESET.write_text("5")  # the highest so far is forgotten: proc_pid_clear_refs(5)
        self._before = _status("VmRSS")
        self._start = time.thread_time()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.seconds = time.thread_time() - self._start
        self.bytes = _status("VmHWM") - self._before
        self._stop.set()
        self._ticker.join()

    def problems(self) -> list[str]:
        """What was too dear."""
        found = []
        if self.seconds > MAX_SECONDS:
            found.append(f"cost the grader {self.seconds:.1f} s")
        if self.bytes > MAX_BYTES:
            found.append(f"cost the grader {self.bytes >> 20} MiB")
        if self.pause > MAX_PAUSE:
            found.append(f"stopped the other threads for {self.pause:.1f} s")
        return found

    def _tick(self) -> None:
        last = time.monotonic()
        while not self._stop.wait(0.002):
            now = time.monotonic()
            self.pause = max(self.pause, now - last)
            last = now
        self.pause = max(self.pause, time.monotonic() - last)


def _status(field: str) -> int:
    """Bytes that the kernel says of this process. Source: proc_pid_status(5)."""
    for line in _STATUS.read_text("ascii", errors="replace").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    return 0
