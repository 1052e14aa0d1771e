"""The file of an experiment: a base configuration, arms that differ from it, seeds, evaluation.

Everything that can be wrong with it is said before the first run starts.
"""

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parelha.config import Config
from parelha.config_base import user_path
from parelha.config_eval import EvalConfig
from parelha.config_file import find_toml, from_dict, read_toml
from parelha.errors import UsageError
from parelha.experiment.planned import PAIR, Arm, Planned, check_known, read_arm
from parelha.experiment.reference import Reference, read_reference
from parelha.experiment.trained import check_taken, trained_config
from parelha.heldout import heldout_tasks
from parelha.overrides import resumed_config
from parelha.pacing import written_tokens
from parelha.trackers import check_trackers
from parelha.train import load_run_config
from parelha.training_tasks import training_tasks
from parelha.types import Task

_KEYS = (
    "name",
    "config",
    "seeds",
    "base",
    "eval",
    "budget",
    "compare",
    "reference",
    "episodes",
    "arms",
)


@dataclass(frozen=True)
class Experiment:
    """A file of an experiment, checked.

    Attributes:
        name: of the experiment.
        folder: that its runs and results stand in.
        arms: by name; the first is what the others are compared with.
        seeds: of every arm.
        runs: seed by seed, so that whatever is there when it is stopped has all arms.
        compare: pairs of names, which against what; a name is an arm's, or ``arm/other`` for
            another side that is played beside it (`Planned.sides`).
        budget: new tokens that each arm's training may take; None where steps are given.
        tasks: the held-out tasks of every arm.
        reference: figures that one arm's are compared with.
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
    table = read_toml(path)
    check_known(table, _KEYS, "")
    name = table.get("name", path.stem)
    base = read_toml(path.parent / _path(table, "config")) if "config" in table else {}
    base = merged(base, _table(table, "base"))
    runs_dir = user_path(str(base.get("runs_dir", "runs")))
    asked = dict(_table(table, "eval"))
    if "suites" in asked:
        base = merged(base, {"tasks": {"eval_suites": asked.pop("suites")}})
    check_known(asked, (*EvalConfig.model_fields, "suites"), "eval.")
    base = merged(base, {"eval": asked})
    from_dict({"name": name})  # a plain name
    arms = {arm: read_arm(arm, one) for arm, one in _table(table, "arms").items()}
    if not arms:
        raise UsageError(f"{path} has no arms: write a table [arms.NAME] for each")
    seeds, budget = _seeds(table), _budget(table)
    runs = tuple(
        Planned(arm, seed, _config(arm, seed, base, runs_dir / str(name), budget))
        for seed in seeds
        for arm in arms.values()
    )
    for planned in runs:
        check_trackers(planned.config)
    compare = _compare(table, arms, runs)
    return Experiment(
        name=str(name),
        folder=runs_dir / str(name),
        arms=arms,
        seeds=seeds,
        runs=tuple(map(as_begun, runs)),
        compare=compare,
        budget=budget,
        tasks=_same_tasks(runs),
        reference=_reference(table, path, arms),
        episodes=_switch(table, "episodes"),
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
    while (tokens := tokens - written_tokens(config, steps + 1)) >= 0:
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
    table: Mapping[str, Any], arms: Mapping[str, Arm], runs: Collection[Planned]
) -> tuple[tuple[str, str], ...]:
    """Every arm against the first, and what the file asks for besides."""
    first, *others = arms
    played = (run.sides.values() for run in runs)
    names = dict.fromkeys([*arms, *itertools.chain.from_iterable(played)])
    found = [(name, first) for name in others]
    asked = table.get("compare", [])
    if not isinstance(asked, list):
        raise UsageError('compare: a list of pairs, such as [["pair", "coder"]]')
    for pair in asked:
        if not isinstance(pair, list) or len(pair) != 2 or pair[0] == pair[1]:
            raise UsageError(f"compare: {pair!r} is no pair of two arms")
        for name in pair:
            if not isinstance(name, str) or name not in names:
                raise UsageError(f"compare: no arm {name!r}: {', '.join(names)}")
        found.append((pair[0], pair[1]))
    return tuple(dict.fromkeys(found))


def _reference(table: Mapping[str, Any], path: Path, arms: Mapping[str, Arm]) -> Reference | None:
    """The figures that the file names, found from the experiment's own folder."""
    if "reference" not in table:
        return None
    found = read_reference(path.parent / _path(table, "reference"))
    if found.arm not in arms:
        raise UsageError(f"{table['reference']}: no arm {found.arm!r}: {', '.join(arms)}")
    return found


def _switch(table: Mapping[str, Any], key: str) -> bool:
    if not isinstance(table.get(key, False), bool):
        raise UsageError(f"{key} = {table[key]!r}: true or false")
    return bool(table.get(key, False))


def _seeds(table: Mapping[str, Any]) -> tuple[int, ...]:
    seeds = table.get("seeds", [0])
    right = isinstance(seeds, list) and seeds and all(map(_is_whole, seeds))
    if not right or len(set(seeds)) < len(seeds):
        raise UsageError(f"seeds = {seeds!r}: a list of different whole numbers")
    return tuple(seeds)


def _budget(table: Mapping[str, Any]) -> int | None:
    budget = _table(table, "budget")
    check_known(budget, ("tokens",), "budget.")
    if not budget:
        return None
    tokens = budget["tokens"]
    if not _is_whole(tokens) or tokens < 1:
        raise UsageError(f"budget.tokens = {tokens!r}: a whole number, at least 1")
    return int(tokens)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _table(table: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise UsageError(f"{key} is a value: write a table [{key}]")
    if key == "base":
        for name in ("name", "seed"):
            if name in found:
                raise UsageError(f"base.{name}: the experiment sets it for every run")
    return found


def _path(table: Mapping[str, Any], key: str) -> Path:
    if not isinstance(table[key], str):
        raise UsageError(f"{key} = {table[key]!r}: the path of a TOML file")
    return user_path(table[key])
