"""Many dialogues move together: turns due at once share a batch, results keep their order."""

# pylint: disable=missing-function-docstring

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.agents.turns import Completion, Request
from parelha.episode import Part, play_tree
from parelha.rollout import play_all
from parelha.types import Agent
from tests.fakes import ScriptedEngine, fake_stage, fake_task


class Echo:
    """Answers a request with the last token of its prompt, and keeps the batches."""

    def __init__(self) -> None:
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


def test_a_tool_is_waited_for_before_the_next_batch() -> None:
    def with_tool() -> Part:
        future: Future[int] = Future()
        future.set_result(7)
        value = yield future
        completion: Completion = yield ask(value)
        return completion.token_ids

    engine = Echo()
    assert play_all([with_tool(), turns(1, 1)], engine) == [(7,), [1]]
    assert engine.batches == [[1, 7]]


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
    engine = ScriptedEngine(stage.coder_format)
    play_all([play_tree(fake_task(n), stage) for n in range(3)], engine)
    # action, program; action, severity, review; revision
    assert [len(batch) for batch in engine.batches] == [6, 6, 12, 12, 12, 12]
