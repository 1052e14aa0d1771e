"""Work that is done once for equal arguments, whichever thread asks first."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Once(Generic[_Key, _Value]):
    """The newest results by their keys; safe to use from several threads.

    Args:
        most: results that are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[_Key, Future[_Value]] = {}
        self._lock = threading.Lock()

    def get(self, key: _Key, work: Callable[[], _Value]) -> _Value:
        """What `work` gives for the key, which is called unless that is known or under way.

        An error is raised to all who wait for it, and forgotten: the next one tries again.
        """
        mine: Future[_Value] = Future()
        with self._lock:
            known = self._found.get(key)
            if known is None:
                self._found[key] = mine
                if len(self._found) > self._most:
                    del self._found[next(iter(self._found))]
        if known is not None:
            return known.result()
        try:
            mine.set_result(work())
        except BaseException as error:  # pylint: disable=broad-exception-caught
            with self._lock:
                if self._found.get(key) is mine:
                    del self._found[key]
            mine.set_exception(error)
        return mine.result()
