"""TensorBoard: event files in the run's folder, for `tensorboard --logdir runs`."""

from collections.abc import Mapping
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from parelha.config import Config


class RunTracker:
    """An event file (torch.utils.tensorboard)."""

    identity = ""

    def __init__(self, config: Config, folder: Path, identity: str, step: int) -> None:
        del config, identity
        # What an interrupted run said of this step and later ones does not count.
        self._writer = SummaryWriter(str(folder / "tensorboard"), purge_step=step)

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """A scalar each."""
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)
        self._writer.flush()

    def close(self, *, failed: bool) -> None:
        """Close the file."""
        del failed
        self._writer.close()
