"""Invariant 2: one batch of eight equals eight of one."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import pytest
import torch

from parelha.agents.turns import Tree
from parelha.config import LearningConfig
from parelha.learning.update import UpdateResult, accumulate_gradients, sample_logprobs
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.fakes import tiny_engine, tiny_policy, tiny_samples, tiny_trees

pytestmark = pytest.mark.slow

TOLERANCE = 1e-5
SHARED = "parelha.learning.update.MIN_SHARED"
ALL, NONE = 1, 10**9  # what rounds share is computed once; each round is computed alone


@pytest.fixture(scope="module")
def policy() -> Policy:
    return tiny_policy()


@pytest.fixture(scope="module")
def trees(policy: Policy) -> list[Tree]:
    found = tiny_trees(tiny_engine(policy), drafts=2, reviews=4)
    assert len(found[0].rounds) > 8
    return found


def gradients(
    policy: Policy, agent: Agent, trees: list[Tree], config: LearningConfig
) -> tuple[UpdateResult, dict[str, torch.Tensor]]:
    policy.activate(agent)
    for parameter in policy.parameters(agent).values():
        parameter.grad = None
    result = accumulate_gradients(policy, agent, tiny_samples(trees, agent), config)
    found = {}
    for name, parameter in policy.parameters(agent).items():
        assert parameter.grad is not None, name
        found[name] = parameter.grad.clone()
    return result, found


@pytest.mark.parametrize("agent", list(Agent))
@pytest.mark.parametrize("kl_weight", [0.0, 0.1])
def test_many_rounds_together_give_the_gradient_of_each_alone(
    policy: Policy,
    trees: list[Tree],
    agent: Agent,
    kl_weight: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = LearningConfig(kl_weight=kl_weight)
    monkeypatch.setattr(SHARED, ALL)
    together, one = gradients(policy, agent, trees, config)
    monkeypatch.setattr(SHARED, NONE)
    alone, other = gradients(policy, agent, trees, config)
    assert together.computed_tokens < alone.computed_tokens
    assert alone.computed_tokens == sum(len(s.ids) for s in tiny_samples(trees, agent))
    assert together.loss == pytest.approx(alone.loss, abs=TOLERANCE)
    assert together.kl == pytest.approx(alone.kl, abs=TOLERANCE)
    assert together.clip_share == pytest.approx(alone.clip_share, abs=TOLERANCE)
    assert max(float(g.abs().max()) for g in one.values()) > 1e-3
    for name, gradient in one.items():
        torch.testing.assert_close(gradient, other[name], atol=TOLERANCE, rtol=1e-3)


@pytest.mark.parametrize("agent", list(Agent))
def test_many_rounds_together_give_the_log_probabilities_of_each_alone(
    policy: Policy, trees: list[Tree], agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = tiny_samples(trees, agent)
    monkeypatch.setattr(SHARED, ALL)
    together = sample_logprobs(policy, agent, samples, 4096)
    monkeypatch.setattr(SHARED, NONE)
    alone = sample_logprobs(policy, agent, samples, 4096)
    for one, other in zip(together, alone, strict=True):
        torch.testing.assert_close(one, other, atol=TOLERANCE, rtol=0)


def test_the_engine_answers_eight_requests_as_it_answers_eight_times_one(policy: Policy) -> None:
    many, one = tiny_engine(policy), tiny_engine(policy, max_batch_tokens=1)
    together = tiny_trees(many, drafts=4, reviews=2)
    alone = tiny_trees(one, drafts=4, reviews=2)
    for left, right in zip(together[0].rounds, alone[0].rounds, strict=True):
        assert left.name == right.name
        assert left.ids == right.ids
        for mine, other in zip(left.turns, right.turns, strict=True):
            assert mine.completion.logprobs == pytest.approx(
                other.completion.logprobs, abs=TOLERANCE
            )
