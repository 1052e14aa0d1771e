"""Losses of the algorithms against hand computation, and the estimate of the KL divergence."""

# pylint: disable=missing-function-docstring

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from parelha.config import LearningConfig
from parelha.learning.algorithms import cispo
from parelha.learning.algorithms.grpo import token_losses
from parelha.learning.update import kl_k3

LOGPROB = st.floats(-8, 0)


def loss_and_gradient(logprob: float, behaviour: float, advantage: float) -> tuple[float, float]:
    policy = torch.tensor([logprob], dtype=torch.float64, requires_grad=True)
    losses, _ = token_losses(
        policy,
        torch.tensor([behaviour], dtype=torch.float64),
        torch.tensor([advantage], dtype=torch.float64),
        LearningConfig(),
    )
    losses.sum().backward()  # type: ignore[no-untyped-call]
    assert policy.grad is not None
    return float(losses.detach()), float(policy.grad)


@given(LOGPROB, st.floats(-3, 3))
def test_on_policy_the_gradient_is_the_advantage(logprob: float, advantage: float) -> None:
    loss, gradient = loss_and_gradient(logprob, logprob, advantage)
    assert loss == pytest.approx(-advantage)
    assert gradient == pytest.approx(-advantage)


@given(LOGPROB, LOGPROB, st.floats(-3, 3).filter(lambda a: abs(a) > 1e-3))
def test_loss_and_gradient_equal_the_formula(
    logprob: float, behaviour: float, advantage: float
) -> None:
    ratio = math.exp(logprob - behaviour)
    loss, gradient = loss_and_gradient(logprob, behaviour, advantage)
    if advantage > 0:
        expected = -min(ratio, 1.28) * advantage
        free = ratio < 1.28
    else:
        expected = -max(ratio, 0.8) * advantage
        free = ratio > 0.8
    assert loss == pytest.approx(expected)
    if abs(ratio - 1.28) > 1e-9 and abs(ratio - 0.8) > 1e-9:
        assert gradient == pytest.approx(-ratio * advantage if free else 0.0)


@pytest.mark.parametrize(
    ("ratio", "advantage", "clipped"),
    [(1.5, 1.0, True), (1.5, -1.0, False), (0.5, -1.0, True), (0.5, 1.0, False), (1.0, 1.0, False)],
)
def test_the_clip_stops_what_would_go_too_far_and_nothing_that_comes_back(
    ratio: float, advantage: float, clipped: bool
) -> None:
    logprobs = torch.tensor([math.log(ratio)], requires_grad=True)
    losses, found = token_losses(
        logprobs, torch.zeros(1), torch.tensor([advantage]), LearningConfig()
    )
    losses.sum().backward()  # type: ignore[no-untyped-call]
    assert found.tolist() == [clipped]
    assert logprobs.grad is not None
    assert (float(logprobs.grad) == 0.0) == clipped


@given(LOGPROB, LOGPROB, st.floats(-3, 3))
def test_cispos_gradient_is_the_advantage_times_the_truncated_ratio(
    logprob: float, behaviour: float, advantage: float
) -> None:
    policy = torch.tensor([logprob], dtype=torch.float64, requires_grad=True)
    losses, held = cispo.token_losses(
        policy,
        torch.tensor([behaviour], dtype=torch.float64),
        torch.tensor([advantage], dtype=torch.float64),
        LearningConfig(),
    )
    losses.sum().backward()  # type: ignore[no-untyped-call]
    ratio = math.exp(logprob - behaviour)
    assert policy.grad is not None
    assert float(policy.grad) == pytest.approx(-min(ratio, 1.28) * advantage)
    assert held.tolist() == [ratio > 1.28]


@given(LOGPROB, LOGPROB)
def test_the_kl_estimate_is_never_negative(logprob: float, reference: float) -> None:
    estimate = float(kl_k3(torch.tensor(logprob), torch.tensor(reference)))
    assert estimate >= -1e-6
    assert float(kl_k3(torch.tensor(logprob), torch.tensor(logprob))) == 0.0


def test_the_kl_estimate_is_right_on_average() -> None:
    torch.manual_seed(0)
    policy = torch.log_softmax(torch.randn(6, dtype=torch.float64), 0)
    base = torch.log_softmax(torch.randn(6, dtype=torch.float64), 0)
    exact = float((policy.exp() * (policy - base)).sum())
    mean = float((policy.exp() * kl_k3(policy, base)).sum())
    assert mean == pytest.approx(exact)
