"""Figures of runs for TensorBoard, MLflow, W&B or trackio, beside the run's own folder.

Each is a file with a `RunTracker(config, folder, identity, step)`, which begins a run, or goes on
with the one of that identity. What goes wrong in one of them ends its part and never the run.
"""

import importlib
import numbers
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from parelha.config import Config
from parelha.errors import UsageError, install_command
from parelha.files import read_object, write_object
from parelha.live import Progress
from parelha.report.records import group_of
from parelha.tracking import RunFolder

# By tracker: the packages that it needs, as they are imported.
_NEEDS = {
    "tensorboard": ("torch", "tensorboard"),
    "mlflow": ("mlflow",),
    "wandb": ("wandb",),
    "trackio": ("trackio",),
}
_IDENTITIES = "trackers.json"


class Tracker(Protocol):
    """Who is told of a run's figures."""

    identity: str
    """By which it knows the run again; "" where it needs none."""

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Take in figures of a step, by name."""

    def close(self, *, failed: bool) -> None:
        """Everything was said; the run came to its end, or `failed` or was interrupted before."""


class Trackers:
    """Those that a run's configuration names, opened with the first figure."""

    def __init__(self, config: Config, folder: Path, say: Callable[[str], None]) -> None:
        self._config, self._folder, self._say = config, folder, say
        self._names: list[str] = list(dict.fromkeys(config.tracking.to))
        self._open: dict[str, Tracker] = {}
        self._step = self._begin = 0

    def step(self, metrics: Mapping[str, Any], timings: Mapping[str, Any]) -> None:
        """Tell of a step; the keys are those of ``metrics.jsonl`` and ``timings.jsonl``."""
        step = int(metrics["step"])
        if not self._step:
            self._begin = step if step > 1 else 0
            if step == 1:
                self._evaluation("before", 0)
        self._step = step
        self._log(step, {**metrics, **{f"time/{key}": n for key, n in timings.items()}})

    def finish(self) -> None:
        """Tell of the evaluations of a run that came to its end."""
        if not self._names:
            return
        if not self._step:  # nothing is trained, or nothing was left to train
            steps = RunFolder(self._folder).read_metrics()
            self._step = int(steps[-1]["step"]) if steps else 0
            self._begin = self._step + 1 if self._step else 0
            if not self._step:
                self._evaluation("before", 0)
        self._evaluation("after", self._step)

    def close(self, *, failed: bool) -> None:
        """Everything was said, as `Tracker.close`."""
        for name, tracker in list(self._open.items()):
            self._try(name, partial(tracker.close, failed=failed))

    def _evaluation(self, which: str, step: int) -> None:
        table = (RunFolder(self._folder).read_eval(which) if self._names else None) or {}
        if table.get("step", 0) < step or not table.get("episodes"):
            return
        episodes, figures = table["episodes"], {}
        for key in ("draft_passed", "final_passed"):
            for group in ("", *dict.fromkeys(map(group_of, episodes))):
                chosen = [float(e[key]) for e in episodes if group in ("", group_of(e))]
                name = "/".join(filter(None, ("eval", plain_name(group), key)))
                figures[name] = sum(chosen) / len(chosen)
        self._log(table["step"], figures)

    def _log(self, step: int, record: Mapping[str, Any]) -> None:
        figures = {
            key: float(value)
            for key, value in record.items()
            if isinstance(value, numbers.Real) and not isinstance(value, bool) and key != "step"
        }
        for name in list(self._names):
            self._try(name, partial(self._tell, name, step, figures))

    def _tell(self, name: str, step: int, figures: Mapping[str, float]) -> None:
        self._opened(name).log(step, figures)

    def _opened(self, name: str) -> Tracker:
        """A tracker, opened where it is not; it knows a run that goes on by its identity.

        What it was told of the step that is told first now, and of later ones, is told again.
        """
        if name not in self._open:
            place = self._folder / _IDENTITIES
            known = read_object(place) or {}
            module = importlib.import_module(f"parelha.trackers.{name}")
            opened: Tracker = module.RunTracker(
                self._config, self._folder, known.get(name, ""), self._begin
            )
            self._open[name] = opened
            if opened.identity and opened.identity != known.get(name):
                write_object(place, {**known, name: opened.identity})
        return self._open[name]

    def _try(self, name: str, work: Callable[[], None]) -> None:
        """A fault of a tracker's is told once, and it is asked no more."""
        try:
            work()
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the figures are in the run's own folder.
            self._names.remove(name)
            self._open.pop(name, None)
            text = " ".join(str(error).split())[:200]
            self._say(f"warning: {name} is told no more: {type(error).__name__}: {text}")


@contextmanager
def followed(config: Config, folder: Path, progress: Progress) -> Iterator[Progress]:
    """Let the trackers of the run in a folder follow what `progress` is told.

    Raises:
        UsageError: the package of a tracker is missing.
    """
    check_trackers(config)
    trackers, failed = Trackers(config, folder, progress.message), True
    progress.followers.append(trackers.step)
    try:
        with progress:
            try:
                yield progress
                trackers.finish()
                failed = False
            finally:
                trackers.close(failed=failed)
    finally:
        progress.followers.remove(trackers.step)


def check_trackers(config: Config) -> None:
    """Refuse a tracker whose package is missing, before anything starts.

    Raises:
        UsageError: naming the extra.
    """
    for name in config.tracking.to:
        for package in _NEEDS[name]:
            if find_spec(package) is None:
                raise UsageError(
                    f"tracking.to: {name} needs a package more: {install_command(name)}"
                )


def plain_name(name: str) -> str:
    """A name that every tracker takes: a benchmark is called by its file, which MLflow refuses."""
    return re.sub(r"[^\w.-]", "_", name)


def run_path(config: Config) -> Path:
    """Where a run stands, as a name: what an experiment's runs have in common comes first."""
    return Path(Path(config.runs_dir).name) / config.name
