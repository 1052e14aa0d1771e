"""Invariant 4: a step of one agent leaves the other's adapter and the base untouched."""

# pylint: disable=missing-function-docstring

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from parelha.checkpoint import make_optimizers
from parelha.config import LearningConfig
from parelha.errors import NothingTrainedError
from parelha.learning.update import accumulate_gradients
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.fakes import (
    run_tiny,
    tiny_config,
    tiny_engine,
    tiny_policy,
    tiny_samples,
    tiny_trees,
    use_fakes,
)
from tests.tiny import tiny_model

pytestmark = pytest.mark.slow


def base_digest(policy: Policy, agent: Agent) -> str:
    sha = hashlib.sha256()
    for name, tensor in sorted(policy.model(agent).state_dict().items()):
        if "lora_" not in name:
            sha.update(name.encode() + tensor.contiguous().view(torch.uint8).numpy().tobytes())
    return sha.hexdigest()


def step(policy: Policy, agent: Agent) -> None:
    trees = tiny_trees(tiny_engine(policy))
    optimizer = make_optimizers(policy, LearningConfig(learning_rate=1e-2))[agent]
    config = LearningConfig(kl_weight=0.1)
    accumulate_gradients(policy, agent, tiny_samples(trees, agent), config)
    optimizer.step()


@pytest.mark.parametrize("agent", list(Agent))
def test_a_step_moves_one_adapter_and_nothing_else(agent: Agent) -> None:
    base_model: Any = tiny_model()
    policy = tiny_policy(base=base_model.to(torch.bfloat16))
    other = Agent.REVIEWER if agent is Agent.CODER else Agent.CODER
    base, mine, theirs = base_digest(policy, agent), policy.digest(agent), policy.digest(other)
    step(policy, agent)
    assert policy.digest(agent) != mine
    assert policy.digest(other) == theirs
    assert base_digest(policy, agent) == base


@pytest.mark.parametrize("agent", list(Agent))
def test_no_gradient_reaches_the_other_adapter_or_the_base(agent: Agent) -> None:
    policy = tiny_policy()
    trees = tiny_trees(tiny_engine(policy))
    config = LearningConfig(kl_weight=0.1)
    accumulate_gradients(policy, agent, tiny_samples(trees, agent), config)
    own = {id(p) for p in policy.parameters(agent).values()}
    for name, parameter in policy.model(agent).named_parameters():
        assert (parameter.grad is not None) == (id(parameter) in own), name


def test_two_bases_keep_apart_too() -> None:
    policy = tiny_policy(base=tiny_model(), reviewer_base=tiny_model(seed=3))
    before = policy.digest(Agent.CODER), base_digest(policy, Agent.CODER)
    step(policy, Agent.REVIEWER)
    assert (policy.digest(Agent.CODER), base_digest(policy, Agent.CODER)) == before


def metrics_of(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def test_training_moves_both_adapters(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    config = tiny_config(model_folder, tmp_path, train={"steps": 1, "tasks_per_step": 2})
    (record,) = metrics_of(run_tiny(config))
    for agent in Agent:
        assert record[f"ba_norm/{agent}"] > 0
        assert record[f"grad_norm/{agent}"] > 0


def test_an_agent_that_is_not_trained_stays_where_it_was(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    model = {"train_agents": ["coder"]}
    config = tiny_config(model_folder, tmp_path, model=model, train={"steps": 1})
    folder = run_tiny(config)
    (record,) = metrics_of(folder)
    assert record["ba_norm/coder"] > 0
    assert "ba_norm/reviewer" not in record
    saved = load_file(folder / "checkpoints/step_00001/reviewer/adapter_model.safetensors")
    assert all(not tensor.any() for name, tensor in saved.items() if "lora_B" in name)


def test_a_run_that_trains_nothing_fails_loudly(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    config = tiny_config(
        model_folder, tmp_path, learning={"learning_rate": 0.0}, train={"steps": 1}
    )
    with pytest.raises(NothingTrainedError, match="nothing was trained"):
        run_tiny(config)
