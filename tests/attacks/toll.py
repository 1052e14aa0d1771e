"""What a program costs the process that grades it: time, memory, and the other threads."""

import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

MAX_ROUNDS = 400  # processor time: one hashing of 20,000 equal hashes takes more
MAX_BYTES = 200 << 20
MAX_PAUSE = 400
_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Toll:
    """Measures what happens inside a ``with``.

    Time is bounded by what a fixed piece of work takes on the same thread before or after it, the
    longer of the two: a machine that is slow or shared is slow for both.

    Attributes:
        seconds: processor time of this thread.
        round: processor time of this thread for the fixed piece of work.
        bytes: how far the memory of this process rose above where it was, at its highest.
        pause: the most processor time of this thread during which another one could not go on;
            time on the clock would hold that in which a busy machine ran neither.
    """

    def __init__(self) -> None:
        self.seconds = self.pause = self.round = 0.0
        self.bytes = 0
        self._stop = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self.round = _round()
        self._clock = time.pthread_getcpuclockid(threading.get_ident())
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
        self.round = max(self.round, _round())

    def problems(self) -> list[str]:
        """What was too dear."""
        found = []
        if self.seconds > MAX_ROUNDS * self.round:
            found.append(f"cost the grader {self.seconds:.1f} s")
        if self.bytes > MAX_BYTES:
            found.append(f"cost the grader {self.bytes >> 20} MiB")
        if self.pause > MAX_PAUSE * self.round:
            found.append(f"stopped the other threads for {self.pause:.1f} s")
        return found

    def _tick(self) -> None:
        last = time.clock_gettime(self._clock)
        going = True
        while going:
            going = not self._stop.wait(0.002)
            now = time.clock_gettime(self._clock)
            self.pause = max(self.pause, now - last)
            last = now


def _round() -> float:
    start = time.thread_time()
    counts: dict[int, int] = {}
    for number in range(50_000):
        counts[number % 1000] = counts.get(number % 1000, 0) + number
    return time.thread_time() - start


def _status(field: str) -> int:
    """Bytes that the kernel says of this process. Source: proc_pid_status(5)."""
    for line in _STATUS.read_text("ascii", errors="replace").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    return 0
