"""N-gram lookup: fewer passes, and the same answers."""

# pylint: disable=missing-function-docstring,redefined-outer-name

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.engines.lookup import NgramLookup, Ngrams
from parelha.engines.protocol import Completion, Request
from parelha.engines.torch_engine import TorchEngine
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.asking import TOLERANCE, ask, assert_same, plain, prompts
from tests.fakes import tiny_engine, tiny_format, tiny_policy

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def policy() -> Policy:
    return tiny_policy()


def knowing_engine(policy: Policy, requests: Sequence[Request]) -> TorchEngine:
    """Return an engine that has answered these requests, and so proposes their answers."""
    engine = tiny_engine(policy)
    engine.generate(requests)
    return engine


@pytest.mark.parametrize("count", [1, 5, 45])
def test_accepted_proposals_change_no_token_and_no_logprob(policy: Policy, count: int) -> None:
    agents = list(Agent)
    requests = [
        ask(p, i, agent=agents[i % 2], max_new_tokens=30)
        for i, p in enumerate(prompts(count, seed=7))
    ]
    engine = knowing_engine(policy, requests)
    before = replace(engine.statistics)
    answers = engine.generate(requests)
    after = engine.statistics
    assert after.new_tokens - before.new_tokens == 30 * count
    assert after.accepted_tokens - before.accepted_tokens > 30 * count / 2
    assert after.steps - before.steps < 20 < before.steps
    for request, answer in list(zip(requests, answers, strict=True))[::9]:
        tokens, logprobs = plain(policy, request)
        assert list(answer.token_ids) == tokens
        assert answer.logprobs == pytest.approx(logprobs, abs=TOLERANCE)


def test_rejected_proposals_change_nothing_either(policy: Policy) -> None:
    known, again = (
        [ask(p, i, max_new_tokens=30, temperature=t) for i, p in enumerate(prompts(4, seed=7))]
        for t in (1.0, 1.01)  # the same uniforms: some tokens differ
    )
    engine = knowing_engine(policy, known)
    answers = engine.generate(again)
    accepted = engine.statistics.accepted_tokens
    assert 0 < accepted < 60
    for request, answer in zip(again, answers, strict=True):
        tokens, logprobs = plain(policy, request)
        assert list(answer.token_ids) == tokens
        assert answer.logprobs == pytest.approx(logprobs, abs=TOLERANCE)


def test_an_answer_ends_within_an_accepted_proposal_where_it_would_without(policy: Policy) -> None:
    request = ask(prompts(1, seed=7)[0], max_new_tokens=20)
    (free,) = tiny_engine(policy).generate([request])
    within = 0
    for n in range(1, 20):
        said = len(tiny_format().decode(free.token_ids[:n]))

        def rule(text: str, enough: int = said) -> bool:
            return len(text) >= enough

        engine = knowing_engine(policy, [request])
        before = replace(engine.statistics)
        stopped = ask(request.prompt_ids, max_new_tokens=20, stop=rule)
        (cut,) = engine.generate([stopped])
        # the last pass gives none beside the accepted ones where one of them ends the answer
        accepted = engine.statistics.accepted_tokens - before.accepted_tokens
        beside = len(cut.token_ids) - accepted
        passes = engine.statistics.steps - before.steps
        assert beside in (passes - 1, passes)
        within += beside < passes
        assert cut.finish == "stop"
        assert cut.token_ids == free.token_ids[: len(cut.token_ids)]
        assert len(tiny_format().decode(cut.token_ids)) >= said
        assert len(tiny_format().decode(cut.token_ids[:-1])) < said
        # what is kept of it is the answer, and no proposal behind it
        talk = [*request.prompt_ids, *cut.token_ids, 4, 9]
        more = [ask(talk, 90, max_new_tokens=3)]
        assert_same(engine.generate(more)[0], tiny_engine(policy).generate(more)[0])
    assert within


def test_a_reallocated_slab_keeps_proposals_that_are_not_judged_yet(policy: Policy) -> None:
    """Longer and longer prompts join while others are in the middle of their answers."""
    requests = [ask(p, i, max_new_tokens=30) for i, p in enumerate(prompts(3, seed=7))]
    engine = knowing_engine(policy, requests)
    answers: dict[int, Completion] = {}
    late = [ask(prompts(1, seed=n)[0] * (20 * n), 60 + n, max_new_tokens=4) for n in range(1, 5)]
    asked = dict(zip(engine.submit(requests), requests, strict=True))
    for request in late:
        for _ in range(2):
            answers |= engine.step()
        asked |= dict.fromkeys(engine.submit([request]), request)
    while asked.keys() - answers.keys():
        answers |= engine.step()
    for ticket, request in asked.items():
        assert_same(answers[ticket], tiny_engine(policy).generate([request])[0])


def test_proposed_is_what_followed_the_same_ngram_before() -> None:
    others: Ngrams = {}
    one = NgramLookup([1, 2, 3, 4, 5, 6, 7, 1, 2, 3], others)
    assert one.propose(4) == [4, 5, 6, 7]
    assert one.propose(2) == [4, 5]
    one.add([4, 5, 9], [4, 5])
    assert one.propose(4) == []  # 4, 5, 9 is new
    other = NgramLookup([0], others)
    assert other.propose(4) == []
    other.add([2, 3, 4], [])
    assert other.propose(4) == [5, 9]  # as in the other's answer, its prompt left aside


@given(st.lists(st.integers(0, 3), max_size=40), st.lists(st.integers(0, 3), max_size=40))
def test_proposals_keep_to_the_limit_and_stand_somewhere(
    prompt: list[int], answer: list[int]
) -> None:
    lookup, known = NgramLookup(prompt, {}), list(prompt)
    at = 0
    while at < len(answer):
        proposed = lookup.propose(min(4, len(answer) - at - 1))
        assert len(proposed) <= max(min(4, len(answer) - at - 1), 0)
        text = ",".join(map(str, known))
        assert ",".join(map(str, proposed)) in text
        right = 0
        while right < len(proposed) and proposed[right] == answer[at + right]:
            right += 1
        new = answer[at : at + right + 1]
        lookup.add(new, proposed)
        known += new
        at += len(new)
