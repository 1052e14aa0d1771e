"""The in-process engine: the same answers whatever is batched, reused or left out."""

# pylint: disable=missing-function-docstring,redefined-outer-name

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from parelha.engines import kv, prefill
from parelha.engines.kv import KVBlock, Prefix, PrefixCache, make_block
from parelha.engines.protocol import Completion, EngineStatistics
from parelha.engines.torch_engine import TorchEngine
from parelha.models.passes import read_segments
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.asking import TOLERANCE, ask, assert_same, plain, prompts
from tests.fakes import tiny_engine, tiny_format, tiny_policy
from tests.tiny import tiny_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def policy() -> Policy:
    return tiny_policy()


@pytest.mark.parametrize("agent", list(Agent))
def test_tokens_and_log_probabilities_equal_a_plain_forward_pass(
    policy: Policy, agent: Agent
) -> None:
    requests = [ask(p, i, agent=agent, temperature=0.7) for i, p in enumerate(prompts(5))]
    for request, answer in zip(requests, tiny_engine(policy).generate(requests), strict=True):
        tokens, logprobs = plain(policy, request)
        assert list(answer.token_ids) == tokens
        assert answer.logprobs == pytest.approx(logprobs, abs=TOLERANCE)
        assert answer.finish == "length"
        assert answer.legal == (None,) * len(tokens)


@cache
def untouched_policy() -> Policy:
    """One for all draws, which only read it."""
    return tiny_policy()


@settings(max_examples=10)
@given(st.integers(0, 1000), st.sampled_from((1, 60, 150, 32768)))
def test_how_a_batch_is_cut_changes_nothing(seed: int, max_batch_tokens: int) -> None:
    policy = untouched_policy()
    requests = [
        ask(p, i, agent=list(Agent)[i % 2], max_new_tokens=2 + i % 4)
        for i, p in enumerate(prompts(6, seed=seed))
    ]
    whole = tiny_engine(policy).generate(requests)
    cut = tiny_engine(policy, max_batch_tokens).generate(requests)
    parted = [pair for pair in zip(whole, cut, strict=True) if not same_tokens(*pair)]
    for one, other in zip(whole, cut, strict=True):
        if same_tokens(one, other):
            assert_same(one, other)
    # Rows of other batches differ in the last bit, and a uniform may lie between the two edges.
    assert len(parted) <= 1
    for one, other in parted:
        pairs = zip(one.token_ids, other.token_ids, strict=True)
        first, second = next((a, b) for a, b in pairs if a != b)
        assert abs(first - second) == 1


def same_tokens(one: Completion, other: Completion) -> bool:
    return one.token_ids == other.token_ids


def grow(engine: TorchEngine, reset: bool) -> list[Completion]:
    """Three turns: each goes on from the one before, in two branches."""
    answers: list[Completion] = []
    talks = prompts(3, seed=5)
    for turn in range(3):
        if reset:
            engine.reset()
        requests = [ask(talk, 10 * turn + i) for i, talk in enumerate(talks)]
        answers += (found := engine.generate(requests))
        talks = [
            [*talk, *answer.token_ids, *extra]
            for talk, answer in zip(talks, found, strict=True)
            for extra in ([7, 8], [9])
        ]
    return answers


def test_a_reused_prefix_gives_what_computing_it_again_gives(policy: Policy) -> None:
    engine = tiny_engine(policy)
    reusing = grow(engine, reset=False)
    assert engine.statistics.reused_tokens > 100
    for one, other in zip(reusing, grow(tiny_engine(policy), reset=True), strict=True):
        assert_same(one, other)


def test_prefixes_of_one_agent_are_not_the_others(policy: Policy) -> None:
    engine = tiny_engine(policy)
    (prompt,) = prompts(1, 60)
    engine.generate([ask(prompt)])
    (after,) = engine.generate([ask(prompt, agent=Agent.REVIEWER)])
    (alone,) = tiny_engine(policy).generate([ask(prompt, agent=Agent.REVIEWER)])
    assert_same(after, alone)


def test_after_a_reset_a_moved_adapter_answers_anew() -> None:
    policy = tiny_policy()
    engine, requests = tiny_engine(policy), [ask(p) for p in prompts(2)]
    engine.generate(requests)
    with torch.no_grad():
        for parameter in policy.parameters(Agent.CODER).values():
            parameter.add_(0.05)
    engine.reset()
    assert engine.statistics == EngineStatistics()
    for one, other in zip(
        engine.generate(requests), tiny_engine(policy).generate(requests), strict=True
    ):
        assert one == other


def test_equal_prompts_with_streams_of_their_own_get_answers_of_their_own(policy: Policy) -> None:
    (prompt,) = prompts(1)
    requests = [ask(prompt, tag) for tag in range(6)]
    answers = tiny_engine(policy).generate(requests)
    assert len({answer.token_ids for answer in answers}) > 3
    for request, answer in zip(requests, answers, strict=True):
        assert list(answer.token_ids) == plain(policy, request)[0]
    again = tiny_engine(policy).generate([requests[0], requests[0]])
    assert_same(again[0], again[1])


def test_a_prompt_that_begins_another_is_computed_right(policy: Policy) -> None:
    (prompt,) = prompts(1, 60, seed=2)
    requests = [ask(prompt[:n], n) for n in (1, 8, len(prompt) - 1, len(prompt))]
    engine = tiny_engine(policy)
    for _ in range(2):  # the second time everything is known
        for request, answer in zip(requests, engine.generate(requests), strict=True):
            assert list(answer.token_ids) == plain(policy, request)[0]


def test_a_stop_token_ends_an_answer_and_belongs_to_it(policy: Policy) -> None:
    (prompt,) = prompts(1)
    (free,) = tiny_engine(policy).generate([ask(prompt, max_new_tokens=8)])
    stop = free.token_ids[3]
    first = free.token_ids.index(stop)
    (cut,) = tiny_engine(policy).generate([ask(prompt, max_new_tokens=8, stop_ids=(stop,))])
    assert cut.token_ids == free.token_ids[: first + 1]
    assert cut.finish == "stop"
    (last,) = tiny_engine(policy).generate(
        [ask(prompt, max_new_tokens=first + 1, stop_ids=(stop,))]
    )
    assert last.finish == "stop"


def test_a_text_rule_ends_an_answer_with_the_token_that_completed_it(policy: Policy) -> None:
    (prompt,) = prompts(1)
    (free,) = tiny_engine(policy).generate([ask(prompt, max_new_tokens=8)])
    text = tiny_format().decode(free.token_ids[:4])

    def rule(said: str) -> bool:
        return len(said) >= len(text)

    (cut,) = tiny_engine(policy).generate([ask(prompt, max_new_tokens=8, stop=rule)])
    assert cut.finish == "stop"
    assert cut.token_ids == free.token_ids[: len(cut.token_ids)]
    assert len(tiny_format().decode(cut.token_ids)) >= len(text)
    assert len(tiny_format().decode(cut.token_ids[:-1])) < len(text)


def test_rows_that_are_done_leave_the_others_as_they_were(policy: Policy) -> None:
    """Answers of very different lengths: the slab is compacted on the way."""
    lengths = [1, 12, 2, 1, 9, 3, 1, 2]
    requests = [
        ask(p, i, max_new_tokens=n)
        for i, (p, n) in enumerate(zip(prompts(8, seed=3), lengths, strict=True))
    ]
    told: list[int] = []
    engine = tiny_engine(policy)
    engine.on_tokens = told.append
    answers = engine.generate(requests)
    assert [len(answer.token_ids) for answer in answers] == lengths
    assert sum(told) == engine.statistics.new_tokens == sum(lengths)
    assert told == sorted(told, reverse=True)
    for request, answer in zip(requests, answers, strict=True):
        tokens, logprobs = plain(policy, request)
        assert list(answer.token_ids) == tokens
        assert answer.logprobs == pytest.approx(logprobs, abs=TOLERANCE)
    # what was kept of the finished rows is right as well
    talks = [[*r.prompt_ids, *a.token_ids, 4] for r, a in zip(requests, answers, strict=True)]
    more = [ask(talk, 50 + i, max_new_tokens=3) for i, talk in enumerate(talks)]
    for one, other in zip(engine.generate(more), tiny_engine(policy).generate(more), strict=True):
        assert_same(one, other)


CHOICES = ((20, 21, 22), (20, 21, 23), (30, 31), (40,))


def test_a_choice_is_one_of_the_legal_answers_with_the_masked_policys_probability(
    policy: Policy,
) -> None:
    requests = [ask(p, i, choices=CHOICES) for i, p in enumerate(prompts(6, seed=4))]
    model: Any = policy.model(Agent.CODER)
    answers = tiny_engine(policy).generate(requests)
    assert len({answer.token_ids for answer in answers}) > 1
    policy.activate(Agent.CODER)
    for request, answer in zip(requests, answers, strict=True):
        assert answer.token_ids in CHOICES
        assert answer.finish == "action"
        with torch.no_grad():
            ids = [*request.prompt_ids, *answer.token_ids]
            logits = model(input_ids=torch.tensor([ids])).logits[0].double()
        start = len(request.prompt_ids) - 1
        for i, (token, logprob, legal) in enumerate(
            zip(answer.token_ids, answer.logprobs, answer.legal, strict=True)
        ):
            assert legal is not None
            right = torch.log_softmax(logits[start + i][list(legal)], -1)[legal.index(token)]
            assert logprob == pytest.approx(float(right), abs=TOLERANCE)
        first = torch.softmax(logits[start][[20, 30, 40]], -1)
        assert answer.entropy == pytest.approx(
            float(torch.special.entr(first).sum()), abs=TOLERANCE
        )


def test_a_choice_longer_than_the_limit_of_an_answer_is_made_by_the_same_uniforms(
    policy: Policy,
) -> None:
    choices = ((1, 2, 3), (1, 2, 4))
    short, long = (ask([5, 6], choices=choices, max_new_tokens=n) for n in (1, 9))
    one, other = tiny_engine(policy).generate([short, long])
    assert_same(one, other)
    assert one.token_ids in choices


def test_choices_texts_and_agents_mix_in_one_call(policy: Policy) -> None:
    requests = []
    for i, prompt in enumerate(prompts(8, seed=6)):
        kwargs: dict[str, Any] = {"agent": list(Agent)[i % 2]}
        if i % 4 < 2:
            kwargs |= {"choices": CHOICES, "epsilon": 0.3}
        requests.append(ask(prompt, i, **kwargs))
    together = tiny_engine(policy).generate(requests)
    for request, answer in zip(requests, together, strict=True):
        (alone,) = tiny_engine(policy).generate([request])
        assert_same(answer, alone)


def test_a_single_choice_needs_no_model(policy: Policy) -> None:
    engine = tiny_engine(policy)
    (answer,) = engine.generate([ask([5, 6], choices=((7, 8),), epsilon=0.1)])
    assert answer == Completion((7, 8), (0.0, 0.0), "action", ((7,), (8,)), 0.0)
    assert engine.statistics.prompt_tokens == engine.statistics.new_tokens == 0


def test_no_requests_give_no_answers(policy: Policy) -> None:
    assert not tiny_engine(policy).generate([])


def test_two_bases_answer_each_for_its_own_agent() -> None:
    policy = tiny_policy(base=tiny_model(), reviewer_base=tiny_model(seed=9))
    requests = [ask(p, i, agent=list(Agent)[i % 2]) for i, p in enumerate(prompts(4))]
    for request, answer in zip(requests, tiny_engine(policy).generate(requests), strict=True):
        assert list(answer.token_ids) == plain(policy, request)[0]


# --- prefixes ------------------------------------------------------------------------------------


def block(length: int) -> KVBlock:
    return make_block([(torch.ones(2, length, 4), torch.ones(2, length, 4))])


def prefix(ids: Sequence[int], *blocks: KVBlock) -> Prefix:
    return Prefix(np.array(ids, dtype=np.int64), blocks or (block(len(ids)),))


def test_the_store_finds_the_longest_common_beginning() -> None:
    store = PrefixCache(100)
    for ids in ([1, 2, 3], [1, 2, 4, 5], [9]):
        store.add(prefix(ids))
    found, length = store.longest([1, 2, 4, 7, 8])
    assert found is not None
    assert (found.ids.tolist(), length) == ([1, 2, 4, 5], 3)
    assert store.longest([8, 8]) == (None, 0)
    assert store.longest([1, 2, 3])[1] == 2  # the last token's logits are wanted


def test_the_store_forgets_the_oldest_first() -> None:
    store = PrefixCache(5)
    for ids in ([1, 1, 1], [2, 2], [3, 3]):
        store.add(prefix(ids))
    assert store.longest([1, 1, 1, 1]) == (None, 0)
    assert store.longest([2, 2, 2])[1] == store.longest([3, 3, 3])[1] == 2
    store.clear()
    assert store.longest([3, 3, 3]) == (None, 0)


def test_what_prefixes_share_counts_once_and_stays_while_one_of_them_does() -> None:
    store = PrefixCache(5)
    shared = block(3)
    store.add(prefix([1, 1, 1, 2], shared, block(1)))
    store.add(prefix([1, 1, 1, 3], shared.first(3), block(1)))
    assert store.longest([1, 1, 1, 2, 9])[1] == store.longest([1, 1, 1, 3, 9])[1] == 4
    store.add(prefix([1, 1, 4], shared.first(2), block(1)))  # six: the oldest leaves one
    assert store.longest([1, 1, 1, 2, 9])[1] == 3
    assert store.longest([1, 1, 4, 9])[1] == 3


def test_the_first_tokens_of_a_prefix_lie_in_the_same_memory() -> None:
    one = prefix([1, 2, 3, 4, 5], block(2), block(3))
    begun = one.first(3)
    assert begun.ids.tolist() == [1, 2, 3]
    assert [b.length for b in begun.blocks] == [2, 1]
    assert [b.memory for b in begun.blocks] == [b.memory for b in one.blocks]
    assert [b.length for b in one.first(2).blocks] == [2]


def test_a_slab_that_takes_its_memory_at_once_holds_what_the_rows_at_hand_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on a GPU: no product of the most rows that there were and the most columns."""
    monkeypatch.setattr(kv, "may_stay_untouched", lambda like: False)
    slab = kv.Slab(1)
    slab.join([prefix([1] * 600)] * 80)
    for row in reversed(range(1, 80)):
        slab.leave(row)
    slab.open([1])  # what is being read of the row that stays is kept as well
    keys = slab.layers[0].keys
    assert keys is not None
    keys[0, :, 600] = 7
    slab.join([prefix([2] * 2000)] * 22)
    keys = slab.layers[0].keys
    assert keys is not None
    assert keys.shape[0] * keys.shape[2] <= 1.25 * 23 * 2000
    assert keys[0, 0, :602, 0].tolist() == [1] * 600 + [7, 0]
    for row in reversed(range(2, 23)):
        slab.leave(row)
    slab.join([prefix([3] * 10)] * 60)
    keys = slab.layers[0].keys
    assert keys is not None
    assert keys[1, 0, :2001, 0].tolist() == [1] * 2000 + [0]


def test_a_small_store_changes_no_answer(policy: Policy) -> None:
    small = grow(tiny_engine(policy, max_batch_tokens=60), reset=False)
    for one, other in zip(small, grow(tiny_engine(policy), reset=False), strict=True):
        assert_same(one, other)


def test_what_prompts_share_is_read_once_also_among_those_that_come_together(
    policy: Policy,
) -> None:
    begun = list(range(1, 41))
    prompts = [[*begun, 50], [*begun, 60, 61], [*begun, 60, 61], begun]
    engine = tiny_engine(policy)
    engine.generate([ask(prompt, i) for i, prompt in enumerate(prompts)])
    assert engine.statistics.prompt_tokens == 41 + 42 + 42 + 40  # of equal ones as well
    assert engine.statistics.read_tokens == 40 + 1 + 2


def test_prompts_are_read_together_as_far_as_one_mask_allows(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "supports_varlen", lambda agent: False)
    prompts = [[i, i + 1, i + 2, i + 3] for i in range(10, 16)]
    alone = [tiny_engine(policy).generate([ask(prompt, i)])[0] for i, prompt in enumerate(prompts)]
    passes: list[int] = []

    def counted(*args: Any) -> Any:
        passes.append(len(args[2]))
        return read_segments(*args)

    monkeypatch.setattr(prefill, "read_segments", counted)
    monkeypatch.setattr(prefill, "_PASS_CELLS", 64)
    found = tiny_engine(policy).generate([ask(prompt, i) for i, prompt in enumerate(prompts)])
    assert passes == [2, 2, 2]
    assert [one.token_ids for one in found] == [one.token_ids for one in alone]


def test_no_run_of_tokens_stands_twice_where_that_is_not_wanted(policy: Policy) -> None:
    prompt = [5, 6, 7, 5, 6, 8, 9] * 3
    requests = [
        ask(prompt, i, max_new_tokens=40, temperature=0.1, no_repeat_ngram=n)
        for i, n in enumerate((2, 2, 3, 0))
    ]
    engine = tiny_engine(policy)
    for request, answer in zip(requests, engine.generate(requests), strict=True):
        ids, n = [*prompt, *answer.token_ids], request.no_repeat_ngram
        runs = [tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)]
        new = runs[len(prompt) - n + 1 :] if n else []
        assert len(set(new)) == len(new)
        assert not set(new) & set(runs[: len(prompt) - n + 1])
