"""Before the start: the runs, their tokens, the time they may take, and what they can show."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from parelha.config import Config
from parelha.config_file import lay_over
from parelha.errors import NothingTrainedError
from parelha.experiment.plan import Experiment
from parelha.experiment.planned import Planned
from parelha.experiment.power import power_text
from parelha.experiment.shared import key_of
from parelha.live import Progress, duration
from parelha.pacing import (
    dialogue_tokens,
    draft_tokens,
    most_tokens,
    review_tokens,
    written_tokens,
)
from parelha.report.text import table_text
from parelha.tracking import RunFolder
from parelha.train import train


def dry_run(experiment: Experiment) -> str:
    """What the experiment would do; measures one step where no run is there to go by."""
    rows = [_row(planned) for planned in experiment.runs]
    left = [planned for planned in experiment.runs if not planned.is_done]
    training = sum(training_tokens(planned) for planned in left)
    cost = sum(_left_of(planned, most_tokens) for planned in left)
    held_out = sum(evaluation_tokens(planned) * times for planned, times in _evaluations(left))
    parts = [
        table_text(rows),
        f"{len(left)} of {len(experiment.runs)} runs to do: at most {training:,} new tokens of "
        f"training and {held_out:,} of evaluation",
    ]
    if left:
        seconds, start, source = _pace(experiment)
        whole = (cost + held_out) * seconds + len(left) * start
        parts.append(f"at most about {duration(whole)}, going by {source}")
    parts.append(before_start(experiment))
    return "\n\n".join(parts)


def before_start(experiment: Experiment) -> str:
    """Which difference the evaluation can show."""
    tasks = [
        {"task": task.id, "family": task.family, "split": task.split} for task in experiment.tasks
    ]
    return power_text(tasks, len(experiment.seeds), len(experiment.compare))


def training_tokens(planned: Planned) -> int:
    """New tokens that the rest of a run's training may take, at most."""
    return _left_of(planned, written_tokens)


def _left_of(planned: Planned, tokens: Callable[[Config, int], int]) -> int:
    """Tokens of the steps that a run has still to do."""
    if not planned.arm.trains:
        return 0
    todo = range(planned.steps_done + 1, planned.steps + 1)
    return sum(tokens(planned.config, step) for step in todo)


def evaluation_tokens(planned: Planned) -> int:
    """New tokens of one evaluation of a run, at most; `best_of_n` takes as many as the pair."""
    episode, asked = planned.config.episode, planned.config.eval
    after_draft = dialogue_tokens(episode) if asked.revisions else review_tokens(episode)
    an_episode = draft_tokens(episode) + after_draft
    samples = (asked.samples - 1) * draft_tokens(episode)
    return asked.episodes * ((1 + len(asked.arms)) * an_episode + samples)


def _evaluations(left: Sequence[Planned]) -> Iterator[tuple[Planned, int]]:
    """How often each run evaluates; the one before training is shared by those it is alike for."""
    seen: set[str] = set()
    for planned in left:
        if planned.arm.trained_in:
            yield planned, 1
            continue
        key = key_of(planned.config)
        yield planned, (key not in seen) + planned.arm.trains
        seen.add(key)


def _row(planned: Planned) -> dict[str, str]:
    config, steps = planned.config, planned.steps
    done = planned.steps_done
    state = "done" if planned.is_done else f"step {done} of {steps}" if done else "to do"
    trained = steps if planned.arm.trains else 0
    tokens = sum(written_tokens(config, step) for step in range(1, trained + 1))
    return {
        "run": planned.name,
        "state": state,
        "steps": str(steps),
        "most new tokens": f"{tokens:,}",
        "held-out episodes": str(config.eval.episodes),
        "also played": ", ".join(config.eval.arms) or "–",
    }


def _pace(experiment: Experiment) -> tuple[float, float, str]:
    """Seconds of a token that a step may take, seconds until a run starts, and how it is known."""
    seconds, tokens = 0.0, 0
    for planned in experiment.runs:
        for line in RunFolder(planned.folder).read_timings() if planned.begun else ():
            seconds += line["seconds"]
            tokens += most_tokens(planned.config, line["step"])
    if tokens:
        return seconds / tokens, 0.0, "the steps that are on record"
    pace, start = measure(experiment.runs[0].config)
    return pace, start, "one step with one task, measured"


def measure(config: Config) -> tuple[float, float]:
    """Play and learn one step with one task; seconds of a token, and of what comes before it."""
    with tempfile.TemporaryDirectory(prefix="parelha-measure-") as folder:
        short = {
            "runs_dir": folder,
            "name": "step",
            "train.steps": "1",
            "train.tasks_per_step": "1",
            "train.draft_steps": "0",
            "train.verdict_steps": "0",
            "train.review_steps": "0",
            "eval.episodes": "0",
        }
        once = lay_over(config, short)
        began = time.perf_counter()
        # Whether anything was learned is no matter here.
        with contextlib.suppress(NothingTrainedError), contextlib.redirect_stdout(None):
            train(once, progress=Progress(1, plain=True))  # the table alone is asked for
        whole = time.perf_counter() - began
        seconds = RunFolder(Path(folder) / "step").read_timings()[0]["seconds"]
        return seconds / most_tokens(once, 1), whole - seconds
