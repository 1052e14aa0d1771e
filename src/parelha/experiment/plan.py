"""The file of an experiment: a base configuration, arms that differ from it, seeds, evaluation.

Everything that can be wrong with it is said before the first run starts.
"""

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator

from parelha.config import MOST_STEPS, Config
from parelha.config_base import Section, Size, user_path
from parelha.config_file import checked, find_toml, from_dict, read_toml
from parelha.errors import UsageError
from parelha.experiment.planned import PAIR, Arm, Planned, read_arm
from parelha.experiment.reference import Reference, read_reference
from parelha.experiment.trained import check_taken, trained_config
from parelha.heldout import heldout_tasks
from parelha.overrides import resumed_config
from parelha.pacing import written_tokens
from parelha.trackers import check_trackers
from parelha.train import load_run_config
from parelha.training_tasks import training_tasks
from parelha.types import Task


class _Budget(Section):
    tokens: Size | None = None


class _File(Section):
    """What may stand in the file; arms and the configuration are checked when they are made."""

    name: str = ""
    config: str = ""
    seeds: Annotated[tuple[int, ...], Field(min_length=1)] = (0,)
    base: dict[str, Any] = Field(default_factory=dict)
    eval: dict[str, Any] = Field(default_factory=dict)
    budget: _Budget = _Budget()
    compare: tuple[tuple[str, str], ...] = ()
    reference: str = ""
    episodes: bool = False
    arms: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @field_validator("seeds")
    @classmethod
    def _are_different(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) < len(seeds):
            raise ValueError("a list of different whole numbers")
        return seeds

    @field_validator("base")
    @classmethod
    def _is_of_all_runs(cls, base: dict[str, Any]) -> dict[str, Any]:
        for key in ("name", "seed"):
            if key in base:
                raise ValueError(f"base.{key}: the experiment sets it for every run")
        return base


@dataclass(frozen=True)
class Experiment:
    """A file of an experiment, checked.

    Attributes:
        folder: that its runs and results stand in.
        arms: by name; the first is what the others are compared with.
        runs: seed by seed, so that whatever is there when it is stopped has all arms.
        compare: pairs of names, which against what; a name is an arm's, or ``arm/other`` for
            another side that is played beside it (`Planned.sides`).
        budget: new tokens that each arm's training may take; None where steps are given.
        tasks: the held-out tasks of every arm.
        episodes: keep the reward of each episode, and draw it.
    """

    name: str
    folder: Path
    arms: dict[str, Arm]
    seeds: tuple[int, ...]
    runs: tuple[Planned, ...]
    compare: tuple[tuple[str, str], ...]
    budget: int | None
    tasks: tuple[Task, ...]
    reference: Reference | None = None
    episodes: bool = False


def read_experiment(path: Path) -> Experiment:
    """Read and check a file; runs that are there keep what their configuration came to.

    Args:
        path: the file, or the name of one that comes with Parelha (`find_toml`).

    Raises:
        UsageError: one line on the first thing that is wrong with it, with tasks or suites that it
            names, or with a run that was made with another configuration.
    """
    path = find_toml(path, "experiments")
    file = checked(_File, read_toml(path))
    name = file.name or path.stem
    base = read_toml(path.parent / user_path(file.config)) if file.config else {}
    base = merged(base, file.base)
    # A plain name, and a path.
    runs_dir = user_path(
        from_dict({"name": name, "runs_dir": base.get("runs_dir", "runs")}).runs_dir
    )
    asked = dict(file.eval)
    if "suites" in asked:
        base = merged(base, {"tasks": {"eval_suites": asked.pop("suites")}})
    base = merged(base, {"eval": asked})
    arms = {arm: read_arm(arm, table) for arm, table in file.arms.items()}
    if not arms:
        raise UsageError(f"{path} has no arms: write a table [arms.NAME] for each")
    runs = tuple(
        Planned(arm, seed, _config(arm, seed, base, runs_dir / name, file.budget.tokens))
        for seed in file.seeds
        for arm in arms.values()
    )
    for planned in runs:
        check_trackers(planned.config)
    compare = _compare(file.compare, arms, runs)
    reference = None
    if file.reference:
        reference = read_reference(path.parent / user_path(file.reference))
        if reference.arm not in arms:
            raise UsageError(f"{file.reference}: no arm {reference.arm!r}: {', '.join(arms)}")
    return Experiment(
        name=name,
        folder=runs_dir / name,
        arms=arms,
        seeds=file.seeds,
        runs=tuple(map(as_begun, runs)),
        compare=compare,
        budget=file.budget.tokens,
        tasks=_same_tasks(runs),
        reference=reference,
        episodes=file.episodes,
    )


def merged(table: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """One table laid over another; tables inside are laid over each other as well.

    A quota is one value: over another it says which splits are asked for, and not how many more. It
    takes the place of what follows from it, too.
    """
    follow = ("episodes", "splits") if "quota" in over else ()
    made = {key: value for key, value in table.items() if key not in follow}
    for key, value in over.items():
        inner = made.get(key)
        if isinstance(inner, Mapping) and isinstance(value, Mapping) and key != "quota":
            made[key] = merged(inner, value)
        else:
            made[key] = value
    return made


def _config(
    arm: Arm, seed: int, base: Mapping[str, Any], folder: Path, budget: int | None
) -> Config:
    """The configuration of a run."""
    own = {"name": f"{arm.name}-{seed}", "runs_dir": str(folder), "seed": seed}
    table = merged(merged(base, arm.overrides), own)
    try:
        config = from_dict(table)  # as it was written, before anything is laid over it
        beside = config.eval.arms
        if arm.plays not in (PAIR, *beside):
            table = merged(table, {"eval": {"arms": [*beside, arm.plays]}})
        if arm.untrained:
            table = merged(table, {"train": {"steps": 1}})
        config = from_dict(table)
    except UsageError as error:
        raise UsageError(f"arms.{arm.name}: {error}") from None
    if not config.eval.episodes:
        raise UsageError("eval.episodes = 0: arms are compared on held-out tasks")
    if config.engine.server:
        raise UsageError(
            "engine.server: a server's models cannot be trained, `parelha eval` asks them"
        )
    if (source := arm.source(seed)) is not None:
        return trained_config(source, config)
    if config.train.minutes:
        raise UsageError(
            "train.minutes ends each run after steps of its own: write base.train.minutes = 0"
        )
    if budget is None or arm.untrained or "steps" in arm.overrides.get("train", {}):
        return config
    steps = steps_within(config, budget)
    if not steps:
        least = written_tokens(config, 1)
        raise UsageError(f"budget.tokens = {budget}: a step of arms.{arm.name} may take {least}")
    return from_dict(merged(table, {"train": {"steps": steps}}))


def steps_within(config: Config, tokens: int) -> int:
    """How many steps take no more new tokens than that, however long their answers are."""
    steps = 0
    while steps < MOST_STEPS and (tokens := tokens - written_tokens(config, steps + 1)) >= 0:
        steps += 1
    return steps


def as_begun(planned: Planned) -> Planned:
    """The run as it was begun, where it was: on a machine `auto` came to something.

    Raises:
        UsageError: it was begun with another configuration, or other adapters.
    """
    if not planned.begun:
        return planned
    if (source := planned.arm.source(planned.seed)) is not None:
        check_taken(source, planned.folder)
    stored = load_run_config(planned.folder)
    try:
        config = resumed_config(stored, planned.config, True, ())
    except UsageError as error:
        raise UsageError(f"{planned.folder}: {error}; give the experiment another name") from None
    return Planned(planned.arm, planned.seed, config)


def _same_tasks(runs: Collection[Planned]) -> tuple[Task, ...]:
    """The held-out tasks that all arms have; pairs are on the same task.

    An arm may have fewer than the first one, and then its first ones.
    """
    first: tuple[Task, ...] = ()
    fewest = 0
    for planned in {run.arm.name: run for run in runs}.values():
        if planned.arm.trains:
            training_tasks(planned.config)  # refuse now, not in the middle
        tasks = heldout_tasks(planned.config, planned.config.eval.episodes)
        first, fewest = first or tasks, min(fewest or len(tasks), len(tasks))
        if [task.id for task in tasks] != [task.id for task in first[: len(tasks)]]:
            raise UsageError(
                f"arms.{planned.arm.name} is evaluated on other tasks than the first arm: "
                "leave eval and tasks to the base, fewer eval.episodes aside"
            )
    return first[:fewest]


def _compare(
    asked: Collection[tuple[str, str]], arms: Mapping[str, Arm], runs: Collection[Planned]
) -> tuple[tuple[str, str], ...]:
    """Every arm against the first, and what the file asks for besides."""
    first, *others = arms
    played = (run.sides.values() for run in runs)
    names = dict.fromkeys([*arms, *itertools.chain.from_iterable(played)])
    for pair in asked:
        if pair[0] == pair[1]:
            raise UsageError(f"compare: {list(pair)} is no pair of two arms")
        for name in pair:
            if name not in names:
                raise UsageError(f"compare: no arm {name!r}: {', '.join(names)}")
    return tuple(dict.fromkeys([*((name, first) for name in others), *asked]))
