"""Checkpoints: whole or not there, thinned out, and refused where they do not fit."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import errno
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch.optim import AdamW

from parelha.checkpoint import (
    drop_after,
    latest_step,
    load_checkpoint,
    make_optimizers,
    save_checkpoint,
    saved_steps,
)
from parelha.config import LearningConfig
from parelha.errors import UsageError
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.fakes import tiny_policy

pytestmark = pytest.mark.slow

FILES = {"coder", "reviewer", "trainer.safetensors", "step.json"}
Pair = tuple[Policy, dict[Agent, AdamW]]


def pair(**model: Any) -> Pair:
    policy = tiny_policy(**model)
    return policy, make_optimizers(policy, LearningConfig(learning_rate=1e-2))


def test_the_optimizers_are_those_of_the_configuration() -> None:
    config = LearningConfig(learning_rate=0.5, momentum=0.25)
    for optimizer in make_optimizers(tiny_policy(), config).values():
        (group,) = optimizer.param_groups
        assert (group["lr"], group["betas"]) == (0.5, (0.25, 0.999))


def move(trained: Pair, seed: int) -> None:
    """One optimizer step with a gradient of random numbers."""
    policy, optimizers = trained
    generator = torch.Generator().manual_seed(seed)
    for agent, optimizer in optimizers.items():
        for parameter in policy.parameters(agent).values():
            parameter.grad = torch.randn(parameter.shape, generator=generator)
        optimizer.step()
        optimizer.zero_grad()


@pytest.fixture(scope="module")
def trained() -> Pair:
    found = pair()
    move(found, 0)
    return found


def save(folder: Path, step: int, trained: Pair, keep_every: int = 1) -> Path:
    return save_checkpoint(folder, step, *trained, keep_every)


def test_a_checkpoint_has_both_adapters_and_the_trainers_state(
    trained: Pair, tmp_path: Path
) -> None:
    path = save(tmp_path, 12, trained)
    assert path == tmp_path / "step_00012"
    assert {p.name for p in path.iterdir()} == FILES
    assert json.loads((path / "step.json").read_text()) == {"step": 12}
    for agent in Agent:
        assert (path / agent / "adapter_config.json").is_file()
        assert (path / agent / "adapter_model.safetensors").is_file()
    assert [p.name for p in tmp_path.iterdir()] == ["step_00012"]


def test_training_goes_on_from_a_checkpoint_bit_for_bit(tmp_path: Path) -> None:
    one = pair()
    move(one, 1)
    save(tmp_path, 1, one)
    other = pair(moved=0)
    load_checkpoint(tmp_path, 1, *other)
    for seed in (2, 3):
        move(one, seed)
        move(other, seed)
    for agent in Agent:
        assert one[0].digest(agent) == other[0].digest(agent)


def test_without_the_optimizers_state_the_next_step_would_differ(tmp_path: Path) -> None:
    one = pair()
    move(one, 1)
    save(tmp_path, 1, one)
    other = pair(moved=0)
    load_checkpoint(tmp_path, 1, other[0], {})
    move(one, 2)
    move(other, 2)
    assert one[0].digest(Agent.CODER) != other[0].digest(Agent.CODER)


@pytest.mark.parametrize("crash", ["reviewer", "trainer", "json", "rename"])
def test_a_kill_between_two_files_leaves_the_checkpoints_before_it(
    trained: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crash: str
) -> None:
    save(tmp_path, 1, trained)

    class Killed(BaseException):
        """Not an error that anything handles, as SIGKILL is not."""

    def die(*_: Any, **__: Any) -> Any:
        raise Killed

    real = Policy.save
    if crash == "reviewer":
        monkeypatch.setattr(
            Policy, "save", lambda self, a, f: die() if a == "reviewer" else real(self, a, f)
        )
    elif crash == "trainer":
        monkeypatch.setattr("parelha.checkpoint.save_file", die)
    elif crash == "json":
        monkeypatch.setattr(Path, "write_text", die)
    else:
        monkeypatch.setattr(Path, "rename", die)
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)  # nor does it clear up
    with pytest.raises(Killed):
        save(tmp_path, 2, trained)
    assert len(list(tmp_path.iterdir())) == 2
    monkeypatch.undo()
    assert latest_step(tmp_path) == 1
    assert {p.name for p in (tmp_path / "step_00001").iterdir()} == FILES
    drop_after(tmp_path, 1)
    assert [p.name for p in tmp_path.iterdir()] == ["step_00001"]
    save(tmp_path, 2, trained)
    assert latest_step(tmp_path) == 2


def test_old_checkpoints_are_thinned_out(trained: Pair, tmp_path: Path) -> None:
    for step in range(1, 8):
        save(tmp_path, step, trained, keep_every=3)
    assert saved_steps(tmp_path) == [3, 6, 7]
    with_state = [
        n
        for n in saved_steps(tmp_path)
        if (tmp_path / f"step_{n:05d}" / "trainer.safetensors").is_file()
    ]
    assert with_state == [6, 7]
    assert latest_step(tmp_path) == 7


def test_a_checkpoint_without_state_can_be_evaluated_and_not_resumed(
    trained: Pair, tmp_path: Path
) -> None:
    for step in (1, 2, 3):
        save(tmp_path, step, trained)
    policy, optimizers = pair(moved=0)
    load_checkpoint(tmp_path, 1, policy, {})
    assert policy.digest(Agent.CODER) == trained[0].digest(Agent.CODER)
    with pytest.raises(UsageError, match="holds adapters only"):
        load_checkpoint(tmp_path, 1, policy, optimizers)


def test_other_ranks_and_missing_steps_are_refused(trained: Pair, tmp_path: Path) -> None:
    save(tmp_path, 1, trained)
    with pytest.raises(UsageError, match="does not fit this model, rank and adapter_targets"):
        load_checkpoint(tmp_path, 1, *pair(lora_rank=8))
    with pytest.raises(UsageError, match="does not fit this model, rank and adapter_targets"):
        load_checkpoint(tmp_path, 1, *pair(adapter_targets=("q_proj",)))
    with pytest.raises(UsageError, match="there is no checkpoint"):
        load_checkpoint(tmp_path, 2, *pair())


def test_foreign_folders_are_no_steps(trained: Pair, tmp_path: Path) -> None:
    (tmp_path / "step_backup").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "step_00009").write_text("a file")
    assert saved_steps(tmp_path) == []
    assert latest_step(tmp_path) == 0
    save(tmp_path, 1, trained)
    drop_after(tmp_path, 0)
    assert (tmp_path / "step_backup").is_dir()
    assert saved_steps(tmp_path) == []


def test_optimizer_states_that_were_cut_short_are_one_line(trained: Pair, tmp_path: Path) -> None:
    save(tmp_path, 1, trained)
    state = tmp_path / "step_00001" / "trainer.safetensors"
    state.write_bytes(state.read_bytes()[:100])
    policy, optimizers = trained
    with pytest.raises(UsageError, match="safetensors cannot be read"):
        load_checkpoint(tmp_path, 1, policy, optimizers)


def test_a_shared_policy_saves_its_one_adapter(tmp_path: Path) -> None:
    found = pair(shared_policy=True)
    move(found, 0)
    path = save(tmp_path, 1, found)
    assert {p.name for p in path.iterdir()} == FILES - {"reviewer"}
    other = pair(shared_policy=True, moved=0)
    load_checkpoint(tmp_path, 1, *other)
    assert other[0].digest(Agent.REVIEWER) == found[0].digest(Agent.REVIEWER)


def test_the_frozen_agents_adapter_is_saved_too(tmp_path: Path) -> None:
    found = pair(train_agents=("coder",))
    move(found, 0)
    path = save(tmp_path, 1, found)
    assert {p.name for p in path.iterdir()} == FILES
    assert all(key.startswith("coder/") for key in load_file(path / "trainer.safetensors"))


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        SafetensorError(
            "Error while serializing: I/O error: No space left on device (os error 28)"
        ),
    ],
)
def test_a_full_disk_is_one_line_and_leaves_nothing_behind(
    trained: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    save(tmp_path, 1, trained)

    def full(*_: Any) -> None:
        raise error

    monkeypatch.setattr("parelha.checkpoint.save_file", full)
    with pytest.raises(UsageError, match="the disk is full"):
        save(tmp_path, 2, trained)
    assert [p.name for p in tmp_path.iterdir()] == ["step_00001"]


def test_the_system_really_reports_a_full_disk_through_safetensors(tmp_path: Path) -> None:
    """The text that is read above is what safetensors says."""
    with pytest.raises(SafetensorError, match=r"os error \d+"):
        save_file({"x": torch.zeros(2)}, str(tmp_path / "none" / "file"))
