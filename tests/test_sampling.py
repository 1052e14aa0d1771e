"""Sampling: the tokens drawn follow the softmax, and a choice's recorded probability is exact."""

# pylint: disable=missing-function-docstring

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from parelha.engines.sampling import ChoiceWalk, keep_nucleus, repeated, sample_tokens, uniforms

pytestmark = pytest.mark.slow

LAST = 1 - 2**-53  # the largest uniform there is
EDGES = (0.0, 2**-53, 0.5, LAST)


def draw(logits: torch.Tensor, n: int, temperature: float = 1.0, **kwargs: Any) -> np.ndarray:
    u = torch.tensor(uniforms(("draw", n), n))
    tokens, _ = sample_tokens(logits.expand(n, -1), torch.full((n,), temperature), u, **kwargs)
    return np.bincount(tokens.numpy(), minlength=logits.shape[-1])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_a_hundred_thousand_tokens_follow_the_softmax(temperature: float) -> None:
    torch.manual_seed(0)
    logits = torch.randn(40) * 2  # more than one token in a block, fewer than a block
    counts = draw(logits, 100_000, temperature)
    expected = torch.softmax(logits.double() / temperature, -1).numpy() * 100_000
    rare = expected < 5
    seen = np.append(counts[~rare], counts[rare].sum())
    wanted = np.append(expected[~rare], expected[rare].sum())
    keep = wanted > 0
    assert stats.chisquare(seen[keep], wanted[keep] * seen.sum() / wanted[keep].sum()).pvalue > 1e-3


def test_tokens_follow_the_softmax_across_blocks() -> None:
    torch.manual_seed(1)
    logits = torch.randn(1500)
    counts = np.sum([draw(logits, 5000 + i) for i in range(8)], axis=0)
    expected = torch.softmax(logits.double(), -1).numpy()
    blocks = [slice(i, i + 100) for i in range(0, 1500, 100)]
    seen = np.array([counts[b].sum() for b in blocks])
    wanted = np.array([expected[b].sum() for b in blocks]) * seen.sum()
    assert stats.chisquare(seen, wanted).pvalue > 1e-3


@settings(max_examples=40)
@given(st.integers(1, 1300), st.sampled_from(EDGES), st.floats(0.05, 5), st.integers(0, 2**32 - 1))
def test_the_token_is_where_the_cumulative_sum_passes_the_uniform(
    vocabulary: int, u: float, temperature: float, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn((1, vocabulary), generator=generator) * 4
    token, logprob = sample_tokens(
        logits, torch.tensor([temperature]), torch.tensor([u], dtype=torch.float64)
    )
    logprobs = torch.log_softmax(logits[0] / temperature, -1)
    p = logprobs.double().exp()
    upper = p.cumsum(0)
    i = int(token)
    assert float(logprob) == pytest.approx(float(logprobs[i]), abs=1e-4)
    assert float(upper[i]) >= u - 1e-5
    assert float(upper[i] - p[i]) <= u + 1e-5
    assert float(p[i]) > 0


@pytest.mark.parametrize("u", EDGES)
def test_a_token_without_mass_is_never_drawn(u: float) -> None:
    logits = torch.full((1, 1100), -math.inf)
    logits[0, 700] = 0.0
    token, logprob = sample_tokens(logits, torch.ones(1), torch.tensor([u], dtype=torch.float64))
    assert (int(token), float(logprob)) == (700, 0.0)


@pytest.mark.parametrize("u", EDGES)
def test_a_huge_vocabulary_of_equal_tokens(u: float) -> None:
    vocabulary = 151_936  # Qwen's
    token, logprob = sample_tokens(
        torch.zeros((1, vocabulary)), torch.ones(1), torch.tensor([u], dtype=torch.float64)
    )
    assert abs(int(token) - u * (vocabulary - 1)) <= 2
    assert float(logprob) == pytest.approx(-math.log(vocabulary), abs=1e-4)


def test_each_row_has_its_own_temperature_and_uniform() -> None:
    logits = torch.tensor([[0.0, 1.0, 2.0]]).expand(3, -1)
    temperature = torch.tensor([0.01, 1.0, 1e6])
    u = torch.tensor([0.01, 0.01, 0.01], dtype=torch.float64)
    tokens, logprobs = sample_tokens(logits, temperature, u)
    assert tokens.tolist() == [2, 0, 0]
    assert float(logprobs[0]) == pytest.approx(0.0, abs=1e-6)
    assert float(logprobs[2]) == pytest.approx(-math.log(3), abs=1e-4)


def test_half_precision_logits_are_sampled_in_single_precision() -> None:
    logits = torch.randn((1, 50), generator=torch.Generator().manual_seed(0)).bfloat16()
    _, logprob = sample_tokens(logits, torch.ones(1), torch.tensor([0.3], dtype=torch.float64))
    assert logprob.dtype == torch.float32


def test_the_nucleus_and_the_top_k_cut_the_tail() -> None:
    logits = torch.log(torch.tensor([0.5, 0.3, 0.15, 0.05]))
    nucleus = torch.full((20_000,), 0.7)
    counts = draw(logits, 20_000, top_p=nucleus)
    assert counts[2:].sum() == 0
    assert counts[0] / counts.sum() == pytest.approx(0.5 / 0.8, abs=0.02)
    assert draw(logits, 5000, top_k=torch.full((5000,), 3))[3] == 0
    assert (draw(logits, 20_001, top_p=torch.ones(20_001)) > 0).all()


def test_a_row_without_a_nucleus_keeps_its_far_tail_beside_one_with_a_nucleus() -> None:
    """The rows of a batch are of several requests; the sum rounds to 1 at once here."""
    logits = torch.zeros(2, 1000)
    logits[:, 0] = 30.0
    u = torch.full((2,), LAST, dtype=torch.float64)
    tokens, _ = sample_tokens(logits, torch.ones(2), u, top_p=torch.tensor([1.0, 0.9]))
    assert tokens.tolist() == [999, 0]


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 6.0), st.floats(0.01, 0.999))
def test_the_nucleus_is_the_fewest_likeliest_tokens_with_its_mass(
    seed: int, spread: float, top_p: float
) -> None:
    """Of a flat distribution those are more than are looked at first."""
    generator = torch.Generator().manual_seed(seed)
    scaled = torch.randn((2, 4000), generator=generator) * spread
    cut = keep_nucleus(scaled, torch.tensor([top_p, 1.0]))
    assert torch.equal(cut[1], scaled[1])
    kept = cut[0].isfinite()
    assert torch.equal(cut[0][kept], scaled[0][kept])
    assert scaled[0][kept].min() >= scaled[0][~kept].max()
    mass = scaled[0].double().softmax(-1)[kept]
    assert mass.sum() >= top_p - 1e-5
    assert mass.sum() - mass.min() < top_p + 1e-5


def test_the_smallest_nucleus_is_the_likeliest_token() -> None:
    cut = keep_nucleus(torch.tensor([[1.0, 3.0, 2.0]]), torch.tensor([1e-46]))
    assert cut.isfinite().tolist() == [[False, True, False]]


def test_each_row_keeps_its_own_number_of_tokens() -> None:
    """Requests of several users share a batch."""
    logits = torch.log(torch.tensor([[0.5, 0.3, 0.15, 0.05]])).expand(4, -1)
    kept = torch.tensor([1, 0, 2, 99])
    u = torch.full((4,), 0.999, dtype=torch.float64)
    tokens, logprobs = sample_tokens(logits, torch.ones(4), u, top_k=kept)
    assert tokens.tolist() == [0, 3, 1, 3]
    right = [1.0, 0.05, 0.3 / 0.8, 0.05]
    assert logprobs.exp().tolist() == pytest.approx(right, abs=1e-5)


# --- choices -------------------------------------------------------------------------------------

# "analyse_statically", "analyse_twice", "execute", "approve": tries that share prefixes
TRIES = st.sampled_from(
    (
        ((1, 2, 3), (1, 2, 4), (5, 6), (7,)),
        ((1,), (2,)),
        ((1, 2, 3, 4), (1, 2, 3, 5), (1, 2, 6), (1, 7)),
        ((0, 1), (0, 2), (3, 1), (3, 2), (4,)),
        ((9, 8, 7),),
    )
)


def logits_after(ids: list[int], seed: int) -> torch.Tensor:
    """What a model would say: different after every prefix."""
    generator = torch.Generator().manual_seed(seed * 1000 + hash(tuple(ids)) % 1000)
    return torch.randn(10, generator=generator) * 3


def walk_with(choices: Any, epsilon: float, temperature: float, seed: int, us: Any) -> ChoiceWalk:
    walk = ChoiceWalk(choices, epsilon)
    while not walk.force():
        walk.step(logits_after(walk.ids, seed), temperature, float(next(us)))
    return walk


def policy_of(choice: tuple[int, ...], choices: Any, temperature: float, seed: int) -> float:
    """Probability of a whole choice under the masked policy."""
    p = 1.0
    for depth, token in enumerate(choice):
        legal = sorted({c[depth] for c in choices if c[:depth] == choice[:depth]})
        logits = logits_after(list(choice[:depth]), seed)[legal].double() / temperature
        p *= float(torch.softmax(logits, -1)[legal.index(token)])
    return p


@given(
    TRIES,
    st.sampled_from((0.0, 0.1, 0.5, 1.0)),
    st.sampled_from((0.3, 1.0, 2.0)),
    st.integers(0, 50),
    st.integers(0, 2**32 - 1),
)
def test_the_recorded_probability_is_the_mixture_of_policy_and_uniform(
    choices: Any, epsilon: float, temperature: float, seed: int, draws: int
) -> None:
    us = iter(np.random.default_rng(draws).random(8))
    walk = walk_with(choices, epsilon, temperature, seed, us)
    chosen = tuple(walk.ids)
    assert chosen in choices
    policy = policy_of(chosen, choices, temperature, seed)
    mixture = (1 - epsilon) * policy + epsilon / len(choices)
    assert math.exp(sum(walk.logprobs)) == pytest.approx(mixture, rel=1e-9)


@given(TRIES, st.floats(0, 1), st.integers(0, 50), st.lists(st.sampled_from(EDGES), min_size=8))
def test_forced_tokens_carry_no_probability_and_edges_are_safe(
    choices: Any, epsilon: float, seed: int, us: list[float]
) -> None:
    walk = walk_with(choices, epsilon, 1.0, seed, iter(us))
    assert tuple(walk.ids) in choices
    assert len(walk.ids) == len(walk.logprobs) == len(walk.legal)
    for logprob, legal in zip(walk.logprobs, walk.legal, strict=True):
        assert legal is not None
        assert (len(legal) > 1) or logprob == 0.0
        assert logprob <= 1e-12


def test_choices_are_drawn_as_often_as_their_mixture_says() -> None:
    choices, epsilon, seed, n = ((1, 2, 3), (1, 2, 4), (5, 6), (7,)), 0.2, 3, 4000
    rng = np.random.default_rng(0)
    counts = dict.fromkeys(choices, 0)
    for _ in range(n):
        counts[tuple(walk_with(choices, epsilon, 1.0, seed, iter(rng.random(4))).ids)] += 1
    wanted = [
        n * ((1 - epsilon) * policy_of(c, choices, 1.0, seed) + epsilon / len(choices))
        for c in choices
    ]
    assert stats.chisquare(list(counts.values()), wanted).pvalue > 1e-3


@pytest.mark.parametrize("u", EDGES)
def test_a_choice_the_policy_excludes_is_not_made_without_exploration(u: float) -> None:
    for likely in (0, 1):
        walk = ChoiceWalk(((0,), (1,)), 0.0)
        logits = torch.zeros(2)
        logits[likely] = 1e4
        walk.step(logits, 1.0, u)
        assert walk.ids == [likely]
        assert walk.logprobs == [0.0]


def test_entropy_is_the_policys_at_the_first_real_choice() -> None:
    walk = ChoiceWalk(((1, 2, 3), (1, 2, 4)), 0.5)
    assert not walk.force()
    walk.step(torch.zeros(10), 1.0, 0.5)
    assert walk.entropy == pytest.approx(math.log(2))
    assert walk.force()


def test_uniforms_are_uniform_and_named() -> None:
    values = np.concatenate([uniforms((0, step, "task", "d0", 1), 50) for step in range(200)])
    assert stats.kstest(values, "uniform").pvalue > 1e-3
    assert (uniforms((0, 1), 4) != uniforms((0, 2), 4)).all()
    assert values.min() >= 0 and values.max() < 1


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(1, 4))
def test_the_tokens_that_would_repeat_a_run_are_those_that_followed_it(
    ids: list[int], n: int
) -> None:
    def runs(of: list[int]) -> list[tuple[int, ...]]:
        return [tuple(of[i : i + n]) for i in range(len(of) - n + 1)]

    for token in range(4):
        again = len(ids) >= n - 1 and tuple([*ids, token][-n:]) in runs(ids)
        assert (token in repeated(ids, n)) == again
