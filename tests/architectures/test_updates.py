"""Updates of every architecture: one adapter moves, by the right gradient, and comes back whole."""

# pylint: disable=missing-function-docstring

import hashlib
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

from parelha.checkpoint import make_optimizers
from parelha.config import LearningConfig
from parelha.learning.algorithms.grpo import token_losses
from parelha.learning.update import Sample, accumulate_gradients
from parelha.models import catalogue
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.architectures.models import (
    ALL,
    CODEGEN,
    DEEPSEEK,
    QWEN2,
    Architecture,
)
from tests.architectures.play import (
    Recording,
    engine_of,
    form,
    moved_policy,
    plain_logprobs,
    play,
    play_one,
    played,
    samples,
)
from tests.fakes import tiny_policy

pytestmark = pytest.mark.slow

ONE_BASE = pytest.mark.parametrize("architecture", ALL, ids=str)


def base_digest(policy: Policy, agent: Agent) -> str:
    sha = hashlib.sha256()
    for name, tensor in sorted(policy.model(agent).get_base_model().state_dict().items()):
        if "lora_" not in name:
            sha.update(name.encode() + tensor.contiguous().view(torch.uint8).numpy().tobytes())
    return sha.hexdigest()


def step(policy: Policy, agent: Agent, rounds: list[Sample]) -> None:
    optimizer = make_optimizers(policy, LearningConfig(learning_rate=1e-2))[agent]
    accumulate_gradients(policy, agent, rounds, LearningConfig(kl_weight=0.1))
    optimizer.step()
    optimizer.zero_grad()


@ONE_BASE
def test_the_catalogue_names_the_layers_that_are_adapted(architecture: Architecture) -> None:
    row = catalogue.find(architecture.row)
    assert row is not None
    policy = moved_policy(architecture)
    for agent in Agent:
        layers = {name.split(".lora_")[0] for name in policy.parameters(agent)}
        assert {layer.rpartition(".")[2] for layer in layers} == set(row.targets)
        # in every layer of the model, and in both halves
        assert len(policy.parameters(agent)) == 2 * len(layers) == 2 * 2 * len(row.targets)


def test_experts_and_routers_keep_their_own_weights_alone() -> None:
    for name, _ in moved_policy(DEEPSEEK).model(Agent.CODER).named_parameters():
        assert ".mlp." not in name or "lora_" not in name


@ONE_BASE
def test_one_update_of_each_agent_moves_its_own_adapter_alone(architecture: Architecture) -> None:
    policy = tiny_policy(base=architecture.model())
    untouched = base_digest(policy, Agent.CODER)
    for agent in Agent:
        other = Agent.REVIEWER if agent is Agent.CODER else Agent.CODER
        tree = play_one(engine_of(policy, architecture), architecture)
        mine, theirs = policy.digest(agent), policy.digest(other)
        step(policy, agent, samples(tree, agent))
        assert policy.digest(agent) != mine
        assert policy.digest(other) == theirs
        moved = {n: p for n, p in policy.parameters(agent).items() if torch.isfinite(p).all()}
        assert moved.keys() == policy.parameters(agent).keys()
    assert base_digest(policy, Agent.CODER) == untouched


@ONE_BASE
@pytest.mark.parametrize("min_shared", [1, 64])
def test_the_gradient_is_that_of_plain_forward_passes(
    architecture: Architecture, min_shared: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parelha.learning.update.MIN_SHARED", min_shared)
    policy, (_, tree) = moved_policy(architecture), played(architecture)
    # Off the policy that sampled, so that ratios differ from one.
    shifted = [
        Sample(**(vars(s) | {"behaviour": [b - 0.05 for b in s.behaviour]}))
        for s in samples(tree, Agent.CODER)
    ]
    config = LearningConfig(action_weight=1.0, max_pass_tokens=48)
    result = accumulate_gradients(policy, Agent.CODER, shifted, config)
    parameters = policy.parameters(Agent.CODER)
    found = {}
    for name, parameter in parameters.items():
        assert parameter.grad is not None, name
        found[name], parameter.grad = parameter.grad, None
    loss = plain_loss(policy, shifted, config)
    loss.backward()  # type: ignore[no-untyped-call]
    assert result.loss == pytest.approx(float(loss.detach()), abs=1e-4)
    for name, parameter in parameters.items():
        right, parameter.grad = parameter.grad, None
        torch.testing.assert_close(found[name], right, atol=1e-4, rtol=1e-3, msg=name)
    assert any(float(gradient.abs().max()) > 1e-3 for gradient in found.values())


def plain_loss(policy: Policy, rounds: list[Sample], config: LearningConfig) -> torch.Tensor:
    """The step's loss, one whole sequence after the other."""
    text = sum(legal is None for s in rounds for legal in s.legal)
    action = sum(len(s.legal) for s in rounds) - text
    total = torch.zeros(())
    for sample in rounds:
        losses, _ = token_losses(
            plain_logprobs(policy, Agent.CODER, sample),
            torch.tensor(sample.behaviour),
            torch.tensor(sample.advantages),
            config,
        )
        weights = [1 / text if legal is None else 1 / action for legal in sample.legal]
        total = total + (losses * torch.tensor(weights)).sum()
    return total


@ONE_BASE
def test_a_saved_adapter_is_loaded_by_another_pair_and_by_peft_alone(
    architecture: Architecture, tmp_path: Path
) -> None:
    policy = moved_policy(architecture)
    fresh = tiny_policy(base=architecture.model(), moved=0)
    ids = torch.tensor([[5, 6, 7, 8, 9]])
    for agent in Agent:
        policy.save(agent, tmp_path / agent)
        fresh.load(agent, tmp_path / agent)
        assert fresh.digest(agent) == policy.digest(agent)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
            plain: Any = PeftModel.from_pretrained(architecture.model(), str(tmp_path / agent))
        found = []
        for one in (policy.model(agent), fresh.model(agent), plain):
            policy.activate(agent)
            fresh.activate(agent)
            with torch.no_grad():
                found.append(one(input_ids=ids).logits)
        torch.testing.assert_close(found[1], found[0])
        torch.testing.assert_close(found[2], found[0])


def test_two_bases_play_one_dialogue_and_are_trained_apart() -> None:
    """A CodeGen coder that completes, and a Qwen2 reviewer that chats."""
    policy = tiny_policy(base=CODEGEN.model(), reviewer_base=QWEN2.model())
    forms = {Agent.CODER: form(CODEGEN), Agent.REVIEWER: form(QWEN2)}
    tree = play(Recording(policy, forms), forms)
    for agent in Agent:
        rounds = samples(tree, agent)
        for sample in rounds:
            with torch.no_grad():
                right = plain_logprobs(policy, agent, sample)
            recorded = torch.tensor(sample.behaviour)
            torch.testing.assert_close(recorded, right, atol=1e-4, rtol=0)
        other = Agent.REVIEWER if agent is Agent.CODER else Agent.CODER
        before = policy.digest(agent)
        kept = policy.digest(other), base_digest(policy, agent), base_digest(policy, other)
        step(policy, agent, rounds)
        assert policy.digest(agent) != before
        assert kept == (
            policy.digest(other),
            base_digest(policy, agent),
            base_digest(policy, other),
        )
