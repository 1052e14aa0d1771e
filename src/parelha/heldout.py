"""Which tasks are evaluated on: splits, families and suites in turn, the same ones each time."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from parelha.config import Config
from parelha.config_eval import HELDOUT
from parelha.errors import UsageError
from parelha.suites import FAMILIES, check_ids, check_inputs, heldout_suites
from parelha.tasks import load_tasks
from parelha.tasks.suite import HELDOUT_SEEDS_FROM, named_tasks, parameterisation_of
from parelha.types import CoderAction, Split, Task


def heldout_tasks(config: Config, episodes: int) -> tuple[Task, ...]:
    """The first `episodes` held-out tasks: suites in turn, of the families in each split in turn.

    With `eval.quota` the splits and suites that it names in turn, until each has its number.

    Raises:
        UsageError: there are no held-out tasks of these families, levels and suites, or too few.
    """
    _check_names(config)
    if config.eval.quota:
        parts = [_part(config, name, number) for name, number in config.eval.quota.items()]
        check_ids("eval.quota", list(config.eval.quota), [task for part in parts for task in part])
        return tuple(_in_turn(parts, episodes, "eval.episodes"))
    suites = config.tasks.eval_suites or config.tasks.suites
    queues = _suite_queues(config, suites, config.eval.splits)
    if FAMILIES in suites:
        queues.insert(0, _turns(family_queues(config, episodes, config.eval.splits)))
    if not any(queues):
        raise UsageError("no held-out task has these families and levels: see `parelha tasks list`")
    return tuple(_in_turn(queues, episodes, "eval.episodes"))


def _check_names(config: Config) -> None:
    """Refuse a parameterisation that no held-out split has, and an unseen family that is none."""
    wanted = config.eval.parameterisations
    found = (named_tasks(split, config.tasks.levels) for split in HELDOUT) if wanted else ()
    known = {parameterisation_of(identity) for tasks in found for _, identity in tasks}
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"eval.parameterisations: no family/parameterisation {name!r} of these levels: see "
                "`parelha tasks list`"
            )
    # Whether the split is evaluated on or not: who names a family means it to be.
    unseen = config.eval.unseen_families
    heldout = named_tasks("heldout_families", config.tasks.levels) if unseen else ()
    families = {identity.partition("/")[0] for _, identity in heldout}
    for name in unseen:
        if name not in families | {family.partition(".")[0] for family in families}:
            raise UsageError(
                f"eval.unseen_families: {name!r} is no family that is held out: see `parelha tasks "
                "list`"
            )


def _part(config: Config, name: str, number: int) -> list[Task]:
    """So many tasks of one split or suite."""
    queues = (
        family_queues(config, number, [name])
        if name in HELDOUT
        else _suite_queues(config, [name], HELDOUT)
    )
    return _in_turn(queues, number, f"eval.quota of {name}")


def _in_turn(queues: Sequence[Sequence[Task]], number: int, key: str) -> list[Task]:
    """So many tasks, one of each queue in turn."""
    chosen = _turns(queues)[:number]
    if len(chosen) < number:
        raise UsageError(f"only {len(chosen)} held-out tasks: lower {key}")
    return chosen


def _turns(queues: Sequence[Sequence[Task]]) -> list[Task]:
    """The first of each queue, then the second of each, until all are there."""
    return [task for turn in zip_longest(*queues) for task in turn if task is not None]


def _suite_queues(config: Config, names: Sequence[str], splits: Sequence[str]) -> list[list[Task]]:
    found = heldout_suites(
        names,
        config.tasks.suites,
        splits,
        range(config.tasks.seeds),
        allow_unsafe=config.engine.allow_unsafe_sandbox,
    )
    check_inputs((task for tasks in found for task in tasks), config.seed)
    return found


def family_queues(config: Config, episodes: int, splits: Sequence[Any]) -> list[list[Task]]:
    """The held-out tasks of each split and family, with as many seeds as `episodes` may need.

    Raises:
        UsageError: a name that there is not.
    """
    per_seed = sum(len(_of_families(config, split, range(1))) for split in splits)
    queues: list[list[Task]] = []
    if not per_seed:
        return queues
    most = per_seed * (HELDOUT_SEEDS_FROM - 1)
    if episodes > most:
        raise UsageError(f"only {most:,} held-out tasks: lower eval.episodes or eval.quota")
    seeds = range(-(-episodes // per_seed) + 1)
    by_split: list[dict[str, list[Task]]] = [{} for _ in splits]
    for split, by_family in zip(splits, by_split, strict=True):
        for seed in seeds:
            for task in _of_families(config, split, (seed,)):
                by_family.setdefault(task.family, []).append(task)
    ordered = _actions_in_turn(task for by_family in by_split for task in by_family)
    # A neighbour begins with another split: a short evaluation sees all splits and all actions.
    for turn in range(len(by_split)):
        for place, family in enumerate(ordered):
            first = place + place // len(CoderAction)
            queues.append(by_split[(first + turn) % len(by_split)].get(family, []))
    return queues


def _of_families(config: Config, split: Split, seeds: Iterable[int]) -> list[Task]:
    """The tasks of one split that are evaluated on."""
    families, wanted = config.tasks.families, config.eval.parameterisations
    if split == "heldout_families":
        families = config.eval.unseen_families or families
    found = load_tasks(split, levels=config.tasks.levels, families=families, seeds=seeds)
    return [task for task in found if not wanted or parameterisation_of(task.id) in wanted]


def _actions_in_turn(families: Iterable[str]) -> list[str]:
    """Names of families, each once, those of the coder's actions in turn."""
    by_action: dict[str, list[str]] = {}
    for family in dict.fromkeys(families):
        by_action.setdefault(family.partition(".")[0], []).append(family)
    turns = zip_longest(*by_action.values())
    return [family for turn in turns for family in turn if family is not None]
