"""trackio: a local database with W&B's functions; `trackio show` looks at it."""

# pylint: disable=import-error  # an extra

from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import trackio  # type: ignore[import-not-found,unused-ignore]

from parelha.config import Config
from parelha.trackers import run_path


class RunTracker:
    """A run of trackio's, known again by its name, which is its own: many are called `runs/run`."""

    def __init__(self, config: Config, folder: Path, identity: str, step: int) -> None:
        del folder, step
        self.identity = identity or f"{run_path(config)} {uuid4().hex[:8]}"
        self._run = trackio.init(
            project=config.tracking.project,
            name=self.identity,
            config=config.to_dict(),
            resume="allow",
            embed=False,
            auto_log_gpu=False,  # `timings.jsonl` says what matters of the machine
            auto_log_cpu=False,
        )

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """One record of a step."""
        self._run.log(dict(figures), step=step)

    def close(self, *, failed: bool) -> None:
        """Write what is left; it keeps no state of a run."""
        del failed
        self._run.finish()
