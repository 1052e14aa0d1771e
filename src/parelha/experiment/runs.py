"""The runs of an experiment, one after the other; each goes on where it was, or begins.

What a run is made of is its own folder's business: here is only which are due, what became of each,
and how long it took. A run that fails is on record with its error, and the next one starts.
"""

import gc
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from parelha.errors import ParelhaError
from parelha.experiment.made import made_with
from parelha.experiment.plan import Experiment
from parelha.experiment.planned import Planned
from parelha.experiment.shared import take_before
from parelha.experiment.stored import Times, read_stored
from parelha.experiment.trained import take_trained
from parelha.files import make_folder, remove_unfinished, write_atomic, write_object
from parelha.live import Progress
from parelha.trackers import followed
from parelha.tracking import RunFolder
from parelha.train import train

TIMES, RESULTS = "times.json", "results.json"
_ERROR = ".error.txt"


def run_all(
    experiment: Experiment,
    progress_of: Callable[[Planned], Progress],
    say: Callable[[str], None],
) -> dict[str, str]:
    """Do what is left to do; returns the error of each run that failed, by its name.

    Raises:
        UsageError: another process works on it, or the folder cannot be written.
    """
    claim(experiment.folder)
    errors: dict[str, str] = {}
    for number, planned in enumerate(experiment.runs, 1):
        place = f"run {number} of {len(experiment.runs)}, {planned.name}"
        if planned.is_done:
            say(f"{place}: done before")
            continue
        say(f"{place}: {'goes on' if planned.begun else 'begins'}")
        report = experiment.folder / f"{planned.name}{_ERROR}"
        began = time.perf_counter()
        try:
            config = planned.config
            source = planned.arm.source(planned.seed)
            if source is not None and not planned.begun:
                take_trained(source, config)
            elif not planned.begun:
                config = take_before(planned, experiment.runs)
            with followed(config, planned.folder, progress_of(planned)) as progress:
                train(
                    config,
                    resume=planned.folder if planned.begun else None,
                    progress=progress,
                    untrained=planned.arm.untrained,
                )
            report.unlink(missing_ok=True)
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the other runs can be had; the traceback is kept beside them.
            errors[planned.name] = one_line(error)
            write_atomic(report, "".join(traceback.format_exception(error)))
            say(f"{place}: failed: {errors[planned.name]}")
        finally:  # of a sitting that is interrupted, too
            _add_time(experiment.folder, planned.name, time.perf_counter() - began)
        gc.collect()  # a model in a cycle would stand beside the next one
    return errors


def claim(folder: Path) -> None:
    """Make the folder, and keep other processes out of it until this one ends.

    Raises:
        UsageError: it cannot be made, or another process has it.
    """
    make_folder(folder)
    RunFolder(folder).lock()
    # Reports of the experiment and of its runs may be under way, with the library that they share.
    remove_unfinished(folder, TIMES, RESULTS, f"*{_ERROR}")


def one_line(error: Exception) -> str:
    """An error in one line; one that nobody foresaw with its kind."""
    text = " ".join(str(error).split())
    return text if isinstance(error, ParelhaError) else f"{type(error).__name__}: {text}"


def read_times(folder: Path) -> dict[str, Any]:
    """What depends on the clock or the machine; raises UsageError where it is damaged."""
    return read_stored(folder / TIMES, Times) or {"runs": {}}


def _add_time(folder: Path, name: str, seconds: float) -> None:
    """Add what a sitting took; of one that is killed outright nothing is added."""
    times = read_times(folder)
    runs = times.pop("runs")
    runs[name] = runs.get(name, 0.0) + seconds
    now, earlier = made_with(), times.pop("earlier", [])
    if times and times not in (now, *earlier):
        earlier = [*earlier, times]
    earlier = [one for one in earlier if one != now]
    more = {"earlier": earlier} if earlier else {}
    write_object(folder / TIMES, {**now, **more, "runs": runs})
