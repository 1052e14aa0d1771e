"""A run folder as training leaves it, without the training: adapters moved at random."""

from pathlib import Path
from typing import Any

import torch

from parelha.agents.roles import roles_of
from parelha.checkpoint import save_checkpoint
from parelha.models.fetch import resolve
from parelha.models.load import load_base
from parelha.models.policy import Policy
from parelha.provenance import model_files
from parelha.tracking import RunFolder
from parelha.types import Agent
from tests.fakes import tiny_config

STEPS = 2


def saved_run(base: Path, runs: Path, name: str = "run", **sections: dict[str, Any]) -> Path:
    """Make a run of two steps on the model in a folder, each step's adapters others."""
    config = tiny_config(base, runs, name, **({"train": {"steps": STEPS}} | sections))
    files = resolve(str(base))
    folder = RunFolder.create(config.run_dir)
    model = {"name": files.name, "source": files.source, "sha256": files.sha256}
    model["files"] = model_files(files.folder)  # type: ignore[assignment]
    folder.write_config({"config": config.to_dict(), "models": dict.fromkeys(Agent, model)})
    loaded = load_base(base, torch.float32, name=files.base_name)
    roles = roles_of(config)
    policy = Policy(dict.fromkeys(Agent, loaded), roles, config.model, config.seed)
    generator = torch.Generator().manual_seed(1)
    for step in range(1, STEPS + 1):
        with torch.no_grad():
            for agent in policy.trained:
                for key, value in policy.parameters(agent).items():
                    if "lora_B" in key:
                        value.copy_(0.3 * torch.randn(value.shape, generator=generator))
        folder.write_step(step, {"reward": 0.0}, {}, [])
        save_checkpoint(folder.path / "checkpoints", step, policy, {}, keep_every=1)
    return folder.path


def evaluated(run: Path, passed_before: int, passed_after: int, episodes: int = 24) -> Path:
    """Add evaluations before and after, with a number of episodes, and how many of them passed."""
    folder = RunFolder(run)
    for which, step, passed in (("before", 0, passed_before), ("after", STEPS, passed_after)):
        rows = [
            {
                "task": f"t{i}",
                "split": "heldout_seeds",
                "final_passed": float(i < passed),
                "draft_passed": float(i < passed),
                "final_share": float(i < passed),
            }
            for i in range(episodes)
        ]
        folder.write_eval(which, {"step": step, "episodes": rows}, [])
    return run
