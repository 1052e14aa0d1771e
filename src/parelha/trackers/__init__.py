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
_KNOWN = "trackers.json"  # by tracker: its identity, and the last step that it was told of

Figures = Mapping[str, float]


class Tracker(Protocol):
    """Who is told of a run's figures."""

    identity: str
    """By which it knows the run again; "" where it needs none."""

    def log(self, step: int, figures: Figures) -> None:
        """Take in figures of a step, by name."""

    def close(self, *, failed: bool) -> None:
        """Everything was said; the run came to its end, or `failed` or was interrupted before."""


class Trackers:
    """Those that a run's configuration names, opened with the first figure."""

    def __init__(self, config: Config, folder: Path, say: Callable[[str], None]) -> None:
        self._config, self._folder, self._say = config, folder, say
        self._names: list[str] = list(dict.fromkeys(config.tracking.to))
        self._open: dict[str, Tracker] = {}
        self._first = self._step = 0

    def step(self, metrics: Mapping[str, Any], timings: Mapping[str, Any]) -> None:
        """Tell of a step; the keys are those of ``metrics.jsonl`` and ``timings.jsonl``."""
        step = int(metrics["step"])
        self._first = self._first or step
        self._step = step
        self._log(step, figures_of(metrics, timings))

    def finish(self) -> None:
        """Tell of the evaluations of a run that came to its end."""
        if not self._names:
            return
        if not self._step:  # nothing is trained, or nothing was left to train
            steps = RunFolder(self._folder).read_metrics()
            self._step = int(steps[-1]["step"]) if steps else 0
            self._first = self._step + 1 if self._step else 0
            if not self._step and (found := self._evaluation("before")):
                self._log(*found)
        if (found := self._evaluation("after")) and found[0] >= self._step:
            self._log(*found)

    def close(self, *, failed: bool) -> None:
        """Everything was said, as `Tracker.close`."""
        for name, tracker in list(self._open.items()):
            self._try(name, partial(tracker.close, failed=failed))

    def _evaluation(self, which: str) -> tuple[int, Figures] | None:
        """The step of an evaluation, and its pass rates; None where there is none."""
        table = RunFolder(self._folder).read_eval(which) or {}
        episodes = table.get("episodes")
        if not episodes:
            return None
        figures = {}
        for key in ("draft_passed", "final_passed"):
            for group in ("", *dict.fromkeys(map(group_of, episodes))):
                chosen = [float(e[key]) for e in episodes if group in ("", group_of(e))]
                name = "/".join(filter(None, ("eval", plain_name(group), key)))
                figures[name] = sum(chosen) / len(chosen)
        return int(table["step"]), figures

    def _missed(self, told: int) -> list[tuple[int, Figures]]:
        """What came after the step `told` (-1: nothing was) and before what is told now.

        A process may be killed after a step is on record and before it is told, and a tracker may
        be named when a run goes on.
        """
        folder = RunFolder(self._folder)
        timings = {line["step"]: line for line in folder.read_timings()}
        missed = [
            (int(line["step"]), figures_of(line, timings.get(line["step"], {})))
            for line in folder.read_metrics()
            if told < line["step"] < self._first
        ]
        before = self._evaluation("before") if told < 0 and self._first else None
        return [before, *missed] if before else missed

    def _log(self, step: int, figures: Figures) -> None:
        for name in list(self._names):
            self._try(name, partial(self._tell, name, step, figures))

    def _tell(self, name: str, step: int, figures: Figures) -> None:
        due = [(step, figures)]
        if name not in self._open:
            known = (read_object(self._folder / _KNOWN) or {}).get(name, {})
            missed = self._missed(known.get("told", -1))
            # What it was told of the step that is told first now, and of later ones, is told again.
            first = min((at for at, _ in missed), default=self._first)
            module = importlib.import_module(f"parelha.trackers.{name}")
            self._open[name] = module.RunTracker(
                self._config, self._folder, known.get("identity", ""), first
            )
            self._keep(name, known.get("told", -1))
            due = [*missed, *due]
        for at, told in due:
            self._open[name].log(at, told)
        self._keep(name, step)

    def _keep(self, name: str, told: int) -> None:
        place = self._folder / _KNOWN
        known = {"identity": self._open[name].identity, "told": told}
        write_object(place, {**(read_object(place) or {}), name: known})

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


def figures_of(metrics: Mapping[str, Any], timings: Mapping[str, Any]) -> Figures:
    """The numbers among what was measured of a step, by name."""
    record = {**metrics, **{f"time/{key}": value for key, value in timings.items()}}
    return {
        key: float(value)
        for key, value in record.items()
        if isinstance(value, numbers.Real)
        and not isinstance(value, bool)
        and key not in ("step", "time/step")
    }


def plain_name(name: str) -> str:
    """A name that every tracker takes: a benchmark is called by its file, which MLflow refuses."""
    return re.sub(r"[^\w.-]", "_", name)


def run_path(config: Config) -> Path:
    """Where a run stands, as a name: what an experiment's runs have in common comes first."""
    return Path(Path(config.runs_dir).name) / config.name
