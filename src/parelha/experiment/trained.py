"""Arms of runs that were trained before: they are evaluated anew, on tasks and with arms of now.

The new run folder holds what the old one does of training, so whatever reads a run can read it. The
old one is not changed.
"""

import filecmp
import shutil
from collections.abc import Iterator
from pathlib import Path

from parelha import __version__
from parelha.checkpoint import latest_step
from parelha.config import Config
from parelha.config_file import from_dict
from parelha.errors import UsageError
from parelha.files import whole_folder
from parelha.provenance import made_from
from parelha.tracking import RunFolder, step_name
from parelha.train import load_run_config

# How a run is evaluated; the rest of its configuration is how it was trained.
OF_EVALUATION = ("engine", "episode", "eval")


def trained_config(source: Path, asked: Config) -> Config:
    """The configuration of a trained run that is evaluated anew, as `asked` says.

    Raises:
        UsageError: no run, one that is not finished, or settings that do not go together.
    """
    stored = load_run_config(source)
    done, steps = latest_step(source / "checkpoints"), stored.train.steps
    if done != steps:
        raise UsageError(f"{source} is not finished: step {done} of {steps}")
    table, own = stored.to_dict(), asked.to_dict()
    for key in (*OF_EVALUATION, "name", "runs_dir", "seed", "tracking"):
        table[key] = own[key]
    table["tasks"]["eval_suites"] = own["tasks"]["eval_suites"]
    table["train"]["overlap"] = False  # nothing is trained, so any engine can play
    return from_dict(table)


def take_trained(source: Path, config: Config) -> None:
    """Begin a run with all steps of a finished one: going on with it, only the evaluation is left.

    Raises:
        UsageError: something stands in the new run's folder, it cannot be written, or the old one
            lacks a file.
    """
    if config.run_dir.exists():
        raise UsageError(f"{config.run_dir} exists already: give the experiment another name")
    record = {
        "config": config.to_dict(),
        "models": RunFolder.open(source).read_config()["models"],
        "made_from": made_from(config),
        "version": __version__,
    }
    files = list(_of_training(source, config.train.steps))
    for path in files:
        if not path.is_file():
            raise UsageError(f"{path} is missing: {source} cannot be evaluated anew")
    with whole_folder(config.run_dir) as hidden:
        for path in files:
            copy = hidden / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        RunFolder(hidden).write_config(record)


def _of_training(source: Path, steps: int) -> Iterator[Path]:
    """The files that hold a run's steps, and what is needed to go on behind the last of them."""
    yield from (source / name for name in ("metrics.jsonl", "timings.jsonl"))
    yield from (source / "episodes").glob("step_*")
    newest = source / "checkpoints" / step_name(steps)
    yield from (path for path in newest.rglob("*") if path.is_file())


def check_taken(source: Path, folder: Path) -> None:
    """Refuse a run that was begun with other adapters than those of its source.

    Raises:
        UsageError: naming both.
    """
    newest = Path("checkpoints", step_name(latest_step(source / "checkpoints")))
    for path in sorted((source / newest).glob("*/*.safetensors")):
        copy = folder / path.relative_to(source)
        if not copy.is_file() or not filecmp.cmp(path, copy, shallow=False):
            raise UsageError(
                f"{folder} was begun with other adapters than those of {source}: give the "
                "experiment another name"
            )
