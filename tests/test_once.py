"""Equal work is done once, also by threads that ask at the same time; a fault is tried again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from parelha.once import Once


def test_threads_that_ask_together_get_what_one_of_them_worked_out() -> None:
    once: Once[str, object] = Once(9)
    begun, go, calls = Event(), Event(), []

    def work() -> object:
        calls.append(0)
        begun.set()
        go.wait(9)
        return object()

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(once.get, "a", work)
        begun.wait(9)
        others = [pool.submit(once.get, "a", work) for _ in range(3)]
        go.set()
        assert all(other.result() is first.result() for other in others)
    assert len(calls) == 1


def test_an_error_reaches_who_asked_and_the_next_one_tries_again() -> None:
    once: Once[str, int] = Once(9)

    def fail() -> int:
        raise OSError("the machine failed")

    with pytest.raises(OSError, match="failed"):
        once.get("a", fail)
    assert once.get("a", lambda: 3) == 3
    assert once.get("a", fail) == 3


def test_the_oldest_results_are_forgotten() -> None:
    once: Once[int, int] = Once(2)
    for key in range(3):
        assert once.get(key, lambda key=key: key) == key  # type: ignore[misc]
    assert once.get(1, lambda: 9) == 1
    assert once.get(0, lambda: 9) == 9
