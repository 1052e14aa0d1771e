"""Rollouts of every architecture: masked actions, and log-probabilities that are the model's own.

The bounds are the project's: 1e-4 in float32, 2e-2 in bfloat16. In bfloat16 the models are narrow
enough that no logit reaches 4, since from there on two neighbouring numbers are 0.03 apart.
"""

# pylint: disable=missing-function-docstring

import pytest
import torch

from parelha.agents.actions import encode_choices, legal_next
from parelha.learning.update import sample_logprobs
from parelha.types import SEVERITIES, Agent, CoderAction, ReviewerAction
from tests.architectures.models import ALL, Architecture
from tests.architectures.play import (
    engine_of,
    form,
    moved_policy,
    plain_logprobs,
    play_one,
    played,
    rounds,
    samples,
)
from tests.fakes import tiny_policy

FLOAT32, BFLOAT16 = 1e-4, 2e-2

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("architecture", ALL, ids=str)]


def test_actions_are_masked_and_everything_else_is_free(architecture: Architecture) -> None:
    engine, tree = played(architecture)
    names = {
        choice
        for group in (list(CoderAction), list(ReviewerAction), list(SEVERITIES))
        for choice in encode_choices(form(architecture), group)
    }
    masked = 0
    for request, answer in engine.asked:
        if not request.choices:
            assert answer.legal == (None,) * len(answer.token_ids)
            continue
        assert set(request.choices) <= names
        assert answer.token_ids in request.choices
        assert answer.finish == "action"
        for i, legal in enumerate(answer.legal):
            assert legal == tuple(legal_next(request.choices, answer.token_ids[:i]))
            masked += legal is not None and len(legal) > 1
    assert masked > 5
    for agent in Agent:
        assert rounds(tree, agent)
        assert all(sample.targets for sample in samples(tree, agent))
    assert {one.action for one in rounds(tree, Agent.CODER)} <= {"", *CoderAction}


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float32, FLOAT32), (torch.bfloat16, BFLOAT16)], ids=str
)
def test_recorded_log_probabilities_equal_a_plain_forward_pass(
    architecture: Architecture, dtype: torch.dtype, tolerance: float
) -> None:
    if dtype is torch.float32:
        policy, (_, tree) = moved_policy(architecture), played(architecture)
    else:
        narrow = architecture.model(initializer_range=0.1).to(dtype)
        policy = tiny_policy(base=narrow, moved=0.1)
        tree = play_one(engine_of(policy, architecture), architecture)
    for agent in Agent:
        for sample in samples(tree, agent):
            with torch.no_grad():
                right = plain_logprobs(policy, agent, sample)
            recorded = torch.tensor(sample.behaviour)
            torch.testing.assert_close(recorded, right, atol=tolerance, rtol=0)


def test_the_trainer_computes_what_the_engine_recorded(architecture: Architecture) -> None:
    policy, (_, tree) = moved_policy(architecture), played(architecture)
    for agent in Agent:
        found = samples(tree, agent)
        for logprobs, sample in zip(
            sample_logprobs(policy, agent, found, 2048), found, strict=True
        ):
            recorded = torch.tensor(sample.behaviour)
            torch.testing.assert_close(logprobs, recorded, atol=FLOAT32, rtol=0)


def test_a_shared_prefix_cache_changes_nothing(architecture: Architecture) -> None:
    policy = moved_policy(architecture)
    engine, _ = played(architecture)
    assert engine.statistics.reused_tokens > engine.statistics.prompt_tokens / 3
    for request, answer in engine.asked:
        (again,) = engine_of(policy, architecture).generate([request])
        assert again.token_ids == answer.token_ids
        assert again.logprobs == pytest.approx(answer.logprobs, abs=FLOAT32)


def test_batches_of_one_answer_as_one_batch_does(architecture: Architecture) -> None:
    policy = moved_policy(architecture)
    (whole, _), alone = played(architecture), engine_of(policy, architecture, 1)
    play_one(alone, architecture)
    assert len(whole.asked) == len(alone.asked) > 8
    # Answers come in another order: rows are freed at other steps.
    by_turn = {request.stream: (request, answer) for request, answer in alone.asked}
    for request, one in whole.asked:
        same, other = by_turn[request.stream]
        assert request.prompt_ids == same.prompt_ids
        assert one.token_ids == other.token_ids
        assert one.logprobs == pytest.approx(other.logprobs, abs=FLOAT32)


def test_the_same_seed_plays_the_same_tree(architecture: Architecture) -> None:
    policy = moved_policy(architecture)
    trees = [played(architecture)[1], play_one(engine_of(policy, architecture), architecture)]
    assert [one.ids for one in trees[0].rounds] == [one.ids for one in trees[1].rounds]
    for agent in Agent:
        assert samples(trees[0], agent) == samples(trees[1], agent)
