"""Weights & Biases: a run of the project; on this machine alone unless an account is set up."""

# pylint: disable=import-error  # an extra

import os
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import wandb  # type: ignore[import-not-found,unused-ignore]

from parelha.config import Config
from parelha.trackers import run_path


class WandbTracker:
    """A run of W&B's."""

    def __init__(self, config: Config, folder: Path, identity: str) -> None:
        self.identity = identity or uuid4().hex
        # Without a key it would wait for somebody to type one.
        known = os.environ.get("WANDB_MODE") or wandb.setup().settings.api_key
        self._run = wandb.init(
            project=config.tracking.project,
            group=run_path(config).parent.name,
            name=config.name,
            id=self.identity,
            resume="allow",
            dir=str(folder),
            config=config.to_dict(),
            mode=None if known else "offline",
            settings=wandb.Settings(silent=True, console="off"),
        )

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """One record of a step."""
        self._run.log(dict(figures), step=step)

    def close(self) -> None:
        """Send what is left."""
        self._run.finish()


def open_tracker(config: Config, folder: Path, identity: str, step: int) -> WandbTracker:
    """Begin a run, or go on with the one that has this identity."""
    del step
    return WandbTracker(config, folder, identity)
