"""A number of places for threads, given out in the order in which they were asked for.

`threading.Semaphore` lets a thread that has just left take the place again before one that waits
wakes up: under load an early caller can then wait until everybody else is done.
"""

import threading
from collections import deque


class Slots:
    """A context manager that at most `places` threads are inside of; the others queue."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._lock = threading.Lock()
        self._queue: deque[threading.Event] = deque()

    def __enter__(self) -> None:
        with self._lock:
            if self._free and not self._queue:
                self._free -= 1
                return
            turn = threading.Event()
            self._queue.append(turn)
        try:
            turn.wait()
        except BaseException:  # Ctrl-C while waiting: the place goes to the next one
            with self._lock:
                if turn in self._queue:
                    self._queue.remove(turn)
                    raise
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._free += 1
