"""Weights & Biases: a run of the project; on this machine alone unless an account is set up."""

# pylint: disable=import-error  # an extra

import os
from collections.abc import Mapping
from netrc import NetrcParseError, netrc
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import wandb  # type: ignore[import-not-found,unused-ignore]

from parelha.config import Config
from parelha.trackers import run_path


class RunTracker:
    """A run of W&B's."""

    def __init__(self, config: Config, folder: Path, identity: str, step: int) -> None:
        del step
        self.identity = identity or uuid4().hex
        # Without a key it would wait for somebody to type one.
        settings = wandb.setup().settings
        known = os.environ.get("WANDB_MODE") or settings.api_key or has_login(settings.base_url)
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

    def close(self, *, failed: bool) -> None:
        """Send what is left."""
        self._run.finish(exit_code=int(failed))


def has_login(url: str) -> bool:
    """Whether `wandb login` has left a key for a server in the user's netrc file."""
    try:
        return bool(netrc(os.environ.get("NETRC")).authenticators(urlsplit(url).hostname or ""))
    except (OSError, NetrcParseError):
        return False
