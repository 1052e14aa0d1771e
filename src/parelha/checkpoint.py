"""Checkpoints: all adapters in PEFT's layout, and the trainer's state for the newest two.

A checkpoint is written under a hidden name and renamed, so it is there whole or not at all. There
is no random state in it: every random stream is named by seed and step.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch.optim import AdamW

from parelha.config import LearningConfig
from parelha.errors import UsageError
from parelha.files import whole_folder
from parelha.kernels.choose import beside
from parelha.models.policy import Policy
from parelha.tracking import step_name
from parelha.types import Agent

_STATE = "trainer.safetensors"
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")
_WITH_STATE = 2


def make_optimizers(policy: Policy, config: LearningConfig) -> dict[Agent, AdamW]:
    """One AdamW without weight decay for each trained adapter (arXiv 1711.05101)."""
    return {
        agent: AdamW(
            policy.parameters(agent).values(),
            lr=config.learning_rate,
            betas=(config.momentum, 0.999),
            weight_decay=0.0,
        )
        for agent in policy.trained
    }


def save_checkpoint(
    folder: Path, step: int, policy: Policy, optimizers: dict[Agent, AdamW], keep_every: int
) -> Path:
    """Write the checkpoint of a step and remove what need not be kept; returns its folder.

    Raises:
        UsageError: it cannot be written (disk full, no permission).
    """
    final = folder / step_name(step)
    with whole_folder(final) as hidden:
        for agent in policy.owners:
            policy.save(agent, hidden / agent)
        save_file(_optimizer_tensors(policy, optimizers), str(hidden / _STATE))
        (hidden / "step.json").write_text(json.dumps({"step": step}) + "\n", encoding="utf-8")
        shutil.rmtree(final, ignore_errors=True)
    _thin_out(folder, keep_every)
    return final


def latest_step(folder: Path) -> int:
    """The newest step that can be resumed from; 0 when there is none."""
    return max(
        (n for n in saved_steps(folder) if (folder / step_name(n) / _STATE).is_file()), default=0
    )


def drop_after(folder: Path, step: int) -> None:
    """Remove checkpoints after `step`, and whatever was left half written."""
    for path in folder.glob(".*.tmp"):
        shutil.rmtree(path, ignore_errors=True)
    for number in saved_steps(folder):
        if number > step:
            shutil.rmtree(folder / step_name(number))


def load_checkpoint(
    folder: Path, step: int, policy: Policy, optimizers: dict[Agent, AdamW]
) -> None:
    """Put adapters and optimizers back as they were after `step`.

    Raises:
        UsageError: no such checkpoint, or one of another model or rank.
    """
    path = folder / step_name(step)
    if not path.is_dir():
        raise UsageError(f"there is no checkpoint at {path}")
    for agent in policy.owners:
        policy.load(agent, path / agent)
    if not optimizers:
        return
    if not (path / _STATE).is_file():
        raise UsageError(f"{path} holds adapters only: the newest two steps can be resumed from")
    try:
        tensors = load_file(str(path / _STATE))
    except (OSError, SafetensorError) as error:
        raise UsageError(f"{path / _STATE} cannot be read: {error}") from None
    for agent, optimizer in optimizers.items():
        for name, parameter in policy.parameters(agent).items():
            key = f"{agent}/{name}"
            if f"{key}/step" in tensors:
                state = {m: tensors[f"{key}/{m}"] for m in _MOMENTS}
                # AdamW counts its steps on the CPU, wherever the parameter is.
                moments = {m: beside(parameter, t) for m, t in state.items() if m != "step"}
                optimizer.state[parameter] = {**moments, "step": state["step"]}


def _optimizer_tensors(policy: Policy, optimizers: dict[Agent, AdamW]) -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = {}
    for agent, optimizer in optimizers.items():
        for name, parameter in policy.parameters(agent).items():
            state: dict[str, Any] = optimizer.state.get(parameter, {})
            for moment in _MOMENTS:
                if moment in state:
                    tensors[f"{agent}/{name}/{moment}"] = state[moment].contiguous()
    return tensors


def _thin_out(folder: Path, keep_every: int) -> None:
    steps = saved_steps(folder)
    for number in steps[:-_WITH_STATE]:
        if number % keep_every:
            shutil.rmtree(folder / step_name(number))
        else:
            (folder / step_name(number) / _STATE).unlink(missing_ok=True)


def saved_steps(folder: Path) -> list[int]:
    """Steps with a checkpoint, ascending; the older ones may hold adapters only."""
    names = (p.name.removeprefix("step_") for p in folder.glob("step_*") if p.is_dir())
    return sorted(int(name) for name in names if name.isdecimal())
