"""Places for threads are given out in order, and never more of them than there are."""

import threading
import time

import pytest

from parelha.slots import Slots


def test_waiting_threads_are_served_in_the_order_they_came() -> None:
    slots, served = Slots(1), []

    def work(number: int) -> None:
        with slots:
            served.append(number)

    with slots:
        threads = []
        for number in range(8):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            while len(slots._queue) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert served == list(range(8))


def test_one_that_comes_back_at_once_waits_behind_those_who_came_before() -> None:
    slots, served = Slots(1), []

    def other() -> None:
        with slots:
            served.append("other")

    thread = threading.Thread(target=other)
    with slots:
        thread.start()
        while not slots._queue:
            time.sleep(0.001)
    with slots:
        served.append("again")
    thread.join()
    assert served == ["other", "again"]


@pytest.mark.parametrize("places", [1, 3])
def test_never_more_threads_are_inside_than_there_are_places(places: int) -> None:
    slots, lock = Slots(places), threading.Lock()
    inside = most = 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with slots:
                with lock:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.0005)
                with lock:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most <= places
    assert (slots._free, len(slots._queue)) == (places, 0)


def test_a_place_comes_back_after_an_error() -> None:
    slots = Slots(1)
    with pytest.raises(ValueError, match="inside"), slots:
        raise ValueError("inside")
    with slots:
        pass
    assert slots._free == 1


def test_one_that_is_interrupted_while_it_waits_loses_no_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slots = Slots(1)

    def interrupted(*_: object) -> bool:
        raise KeyboardInterrupt

    with slots:
        monkeypatch.setattr(threading.Event, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt), slots:
            pass
        monkeypatch.undo()
    with slots:
        pass
    assert (slots._free, len(slots._queue)) == (1, 0)
