"""Many dialogues move together: turns due at once share a batch, results keep their order."""

# pylint: disable=missing-function-docstring

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.engines.protocol import Completion, Request
from parelha.episode import play_tree
from parelha.rollout import Stopwatch, play_all
from parelha.stage import Grade, Part
from parelha.types import Agent
from tests.fakes import fake_stage, fake_task
from tests.scripted import AtOnce, ScriptedEngine


class Echo(AtOnce):
    """Answers a request with the last token of its prompt, and keeps the batches."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[int]] = []

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        self.batches.append([request.prompt_ids[-1] for request in requests])
        return [Completion((r.prompt_ids[-1],), (0.0,), "stop", (None,)) for r in requests]


def ask(token: int) -> Request:
    return Request(Agent.CODER, (token,), 1, 1.0, (token,))


def turns(first: int, count: int) -> Part:
    heard: list[int] = []
    for token in range(first, first + count):
        completion: Completion = yield ask(token)
        heard += completion.token_ids
    return heard


@given(st.lists(st.integers(0, 4), max_size=5))
def test_parts_go_in_step_and_come_back_in_order(lengths: list[int]) -> None:
    engine = Echo()
    results = play_all([turns(10 * i, n) for i, n in enumerate(lengths)], engine)
    assert results == [list(range(10 * i, 10 * i + n)) for i, n in enumerate(lengths)]
    expected = [
        [10 * i + turn for i, n in enumerate(lengths) if turn < n]
        for turn in range(max(lengths, default=0))
    ]
    assert engine.batches == expected


def test_parts_of_a_part_are_played_side_by_side() -> None:
    def tree(first: int) -> Part:
        drafts = yield [turns(first, 1), turns(first + 1, 1)]
        more = yield [turns(first + 5, 2)]
        return drafts + more

    engine = Echo()
    results = play_all([tree(0), tree(100)], engine)
    assert results == [[[0], [1], [5, 6]], [[100], [101], [105, 106]]]
    assert engine.batches == [[0, 1, 100, 101], [5, 105], [6, 106]]


@pytest.mark.parametrize("done_after", [0, 3])
def test_a_tool_is_taken_up_after_as_many_steps_however_long_it_took(done_after: int) -> None:
    future: Future[int] = Future()

    class Slow(Echo):
        def generate(self, requests: Sequence[Request]) -> list[Completion]:
            if len(self.batches) == done_after:
                future.set_result(70)
            return super().generate(requests)

    def with_tool() -> Part:
        yield ask(50)
        value = yield future
        completion: Completion = yield ask(value)
        return completion.token_ids

    engine = Slow()
    assert play_all([with_tool(), turns(1, 12)], engine) == [(70,), list(range(1, 13))]
    expected = [[i] for i in range(1, 13)]
    expected[0] = [50, 1]
    expected[9] = [10, 70]
    assert [sorted(batch) for batch in engine.batches] == [sorted(batch) for batch in expected]


def test_a_tool_is_waited_for_where_nothing_else_can_go_on() -> None:
    def with_tool() -> Part:
        future: Future[int] = Future()
        threading.Timer(0.05, future.set_result, [7]).start()
        completion: Completion = yield ask((yield future))
        return completion.token_ids

    engine, watch = Echo(), Stopwatch()
    assert play_all([with_tool()], engine, watch) == [(7,)]
    assert watch.seconds > 0.01


def test_grades_are_taken_up_when_no_turn_is_left() -> None:
    def graded() -> Part:
        future: Any = Future()
        future.set_result(7)
        score = yield Grade(future)
        completion: Completion = yield ask(score)
        return completion.token_ids

    engine = Echo()
    assert play_all([graded(), turns(1, 20)], engine) == [(7,), list(range(1, 21))]
    assert engine.batches[-1] == [7]


def test_no_parts_of_a_part_are_done_at_once() -> None:
    def empty() -> Part:
        results = yield []
        return results

    assert play_all([empty()], Echo()) == [[]]


def test_a_failed_future_is_raised_where_it_was_waited_for() -> None:
    def guarded() -> Part:
        future: Future[int] = Future()
        future.set_exception(ValueError("gone"))
        text = ""
        try:
            yield future
        except ValueError as error:
            text = str(error)
        return text

    assert play_all([guarded()], Echo()) == ["gone"]


def test_an_error_in_a_part_ends_the_play() -> None:
    def broken() -> Part:
        yield ask(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        play_all([broken(), turns(2, 2)], Echo())


def test_all_trees_of_a_step_share_their_batches() -> None:
    stage: Any = fake_stage(drafts=2, reviews=2)
    engine = ScriptedEngine(stage.formats[Agent.CODER])
    play_all([play_tree(fake_task(n), stage) for n in range(3)], engine)
    # action, program; action, severity, review; revision
    assert [len(batch) for batch in engine.batches] == [6, 6, 12, 12, 12, 12]
