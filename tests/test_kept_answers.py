"""Answers that were kept are given again, and nothing else is taken for one."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.engines.kept import KeptAnswers
from parelha.engines.protocol import Answering, Completion, Request
from parelha.errors import ParelhaError, WorkFailedError
from parelha.types import Agent


class Counting:
    """Answers every request with its place among those asked; one prompt with an error."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self._due: dict[int, Completion | ParelhaError] = {}

    def submit(self, requests: Sequence[Request]) -> list[int]:
        """Take requests in."""
        tickets = []
        for request in requests:
            self.asked.append(request)
            number = len(self.asked)
            tickets.append(number)
            self._due[number] = Completion(
                (number,), (-1 / (3 * number),), "stop", ((number, 1), None), 0.1
            )
            if request.prompt_ids == (0,):
                self._due[number] = WorkFailedError("no")
        return tickets

    def step(self) -> dict[int, Completion | ParelhaError]:
        """Answer one of them, the newest first."""
        return dict([self._due.popitem()])


def request_of(prompt: int, turn: str = "draft", temperature: float = 0.7) -> Request:
    """Return a request of one prompt token."""
    return Request(Agent.CODER, (prompt,), 8, temperature, (0, "eval", "task", turn))


def play(engine: Answering, requests: Sequence[Request]) -> list[object]:
    """Return the answers to requests that are submitted together."""
    tickets = engine.submit(requests)
    answers: dict[int, object] = {}
    while len(answers) < len(tickets):
        answers |= engine.step()
    return [answers[ticket] for ticket in tickets]


@given(st.lists(st.integers(1, 5), unique=True), st.lists(st.integers(1, 9), unique=True))
def test_only_what_was_not_kept_is_asked(
    tmp_path_factory: pytest.TempPathFactory, before: list[int], then: list[int]
) -> None:
    """Kept answers are equal to the first ones, whatever is asked beside them."""
    path = tmp_path_factory.mktemp("answers") / "deep" / "pair.json"
    first, engine = KeptAnswers(Counting(), path), Counting()
    answered = dict(zip(before, play(first, [request_of(n) for n in before]), strict=True))
    first.keep()
    second = KeptAnswers(engine, path)
    given_now = dict(zip(then, play(second, [request_of(n) for n in then]), strict=True))
    assert [r.prompt_ids[0] for r in engine.asked] == [n for n in then if n not in before]
    assert all(given_now[n] == answered[n] for n in then if n in before)


@pytest.mark.parametrize(
    "other",
    [request_of(2), request_of(1, "review"), request_of(1, temperature=0.8)],
    ids=["prompt", "stream", "temperature"],
)
def test_another_request_is_another_answer(tmp_path: Path, other: Request) -> None:
    """What an answer depends on is compared, not where it stands."""
    path, engine = tmp_path / "pair.json", Counting()
    first = KeptAnswers(Counting(), path)
    play(first, [request_of(1)])
    first.keep()
    play(KeptAnswers(engine, path), [other])
    assert engine.asked == [other]


def test_an_error_is_not_kept(tmp_path: Path) -> None:
    """Whoever was refused asks again when the play goes on."""
    path, engine = tmp_path / "pair.json", Counting()
    first = KeptAnswers(Counting(), path)
    refused, _ = play(first, [request_of(0), request_of(1)])
    assert isinstance(refused, WorkFailedError)
    first.keep()
    play(KeptAnswers(engine, path), [request_of(0), request_of(1)])
    assert engine.asked == [request_of(0)]


@pytest.mark.parametrize("text", ["", "[1]", '{"a": {"token_ids": "x"}}', "\x00"])
def test_a_file_that_someone_changed_is_asked_anew(tmp_path: Path, text: str) -> None:
    """Nothing is lost by it but time."""
    path, engine = tmp_path / "pair.json", Counting()
    path.write_text(text, encoding="utf-8")
    again = KeptAnswers(engine, path)
    play(again, [request_of(1)])
    again.keep()
    play(KeptAnswers(engine, path), [request_of(1)])
    assert len(engine.asked) == 1
