"""The suite: every family, and tasks by split or by id."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import get_args

from parelha.errors import UsageError
from parelha.tasks.families import Family, all_families, family_names, read_family
from parelha.tasks.family import Variant, hidden_cases, stream, visible_examples
from parelha.tasks.problem import Problem, TaskFileError
from parelha.types import Case, CoderAction, Split, Task

HELDOUT_SEEDS_FROM = 1000  # a task's seed below belongs to train, from here on to heldout_seeds

_ID = re.compile(r"(?P<family>[^/]+)/(?P<name>[^/]+)/L(?P<level>\d)/s(?P<seed>\d{1,9})")


def load_tasks(
    split: Split,
    *,
    levels: Iterable[int] = (1,),
    families: Iterable[str] = (),
    seeds: Iterable[int] = range(1),
) -> tuple[Task, ...]:
    """Return the tasks of a split, ordered by family, parameterisation, level and seed.

    Args:
        split: ``"train"``; ``"heldout_seeds"``: the parameterisations of train with seeds that
            train never uses; ``"heldout_params"``: parameterisations that train never uses, of
            families that it does; ``"heldout_families"``: families that train never uses.
        levels: 1 to 4; a level no family has gives no tasks.
        families: names of families or of whole coder actions (``"detect_outliers"``); none means
            all.
        seeds: each gives one task per parameterisation and level. They are counted from 0 in every
            split; the seeds in the ids of heldout_seeds start at 1000.

    Raises:
        UsageError: unknown split or family, or a seed outside 0 to 999.
    """
    return tuple(get_task(identity) for _, identity in named_tasks(split, levels, families, seeds))


def parameterisation_of(identity: str) -> str:
    """The ``family/parameterisation`` in a task's id, whatever its level and seed."""
    return identity.rsplit("/", 2)[0]


def named_tasks(
    split: Split,
    levels: Iterable[int] = (1,),
    families: Iterable[str] = (),
    seeds: Iterable[int] = range(1),
) -> Iterator[tuple[CoderAction, str]]:
    """Yield coder action and id of what `load_tasks` would return, without drawing any input.

    Raises:
        UsageError: as `load_tasks`.
    """
    if split not in get_args(Split):
        raise UsageError(f"unknown split {split!r}: one of {', '.join(get_args(Split))}")
    wanted_levels, chosen = set(levels), _families_named(families)
    offset = HELDOUT_SEEDS_FROM if split == "heldout_seeds" else 0
    numbers = tuple(dict.fromkeys(seeds))
    for seed in numbers:
        if not 0 <= seed < HELDOUT_SEEDS_FROM:
            raise UsageError(f"seed {seed} of a task is not within 0 to {HELDOUT_SEEDS_FROM - 1}")
    for family in chosen:
        for problem in family.problems:
            if _split_of(family, problem, offset) == split:
                for level in sorted(wanted_levels & problem.statements.keys()):
                    for seed in numbers:
                        yield family.action, task_id(family, problem, level, offset + seed)


def task_id(family: Family, problem: Problem, level: int, seed: int) -> str:
    """Return ``family/parameterisation/level/seed``."""
    return f"{family.name}/{problem.name}/L{level}/s{seed}"


def variant_of(identity: str) -> tuple[Family, Variant, int]:
    """Return the family, the variant and the seed behind a task's id.

    Raises:
        UsageError: there is no such task; the message names the nearest one.
    """
    match = _ID.fullmatch(identity)
    if match is not None and match["family"] in family_names():
        family = read_family(match["family"])
        for problem in family.problems:
            if problem.name == match["name"] and int(match["level"]) in problem.statements:
                try:
                    variant = problem.variants[int(match["level"])]
                except TaskFileError as error:
                    raise TaskFileError(f"{family.name}: {error}") from error
                return family, variant, int(match["seed"])
    known = [
        task_id(family, problem, level, 0)
        for family in all_families()
        for problem in family.problems
        for level in problem.statements
    ]
    raise UsageError(f"unknown task {identity!r}{_did_you_mean(identity, known)}")


def hidden_inputs(identity: str, seed: int) -> tuple[Case, ...]:
    """Return the hidden inputs that a seed draws for a task; `Task.make_cases` calls this."""
    variant = variant_of(identity)[1]
    return hidden_cases(variant, identity, visible_examples(variant, identity), seed)


def sized_input(identity: str, size: int, seed: int) -> tuple[object, ...] | None:
    """Return one ordinary input of about `size` elements, or None where there is none so large.

    `Task.make_sized` calls this.
    """
    rng = stream(identity, f"sized/{size}/{seed}")
    try:
        return variant_of(identity)[1].ordinary(rng, size)
    except (ValueError, RuntimeError):  # a draw without repeats from too small a range, say
        return None


@lru_cache(maxsize=8192)
def get_task(identity: str) -> Task:
    """Return the task with an id such as ``"detect_outliers.iqr/values,k=1.5/L1/s0"``.

    Raises:
        UsageError: there is no such task; the message names the nearest one.
    """
    family, variant, seed = variant_of(identity)
    return Task(
        id=identity,
        family=family.name,
        action=family.action,
        level=variant.level,
        split=_split_of(family, variant, seed),
        statement=dict(variant.statement),
        signature=variant.signature,
        entry_point=variant.entry_point,
        examples=visible_examples(variant, identity),
        # Bound to the id alone, so that a task can be pickled to a worker process.
        make_cases=partial(hidden_inputs, identity),
        reference=variant.reference,
        compare=variant.compare,
        limits=variant.limits,
        make_sized=partial(sized_input, identity),
    )


def _split_of(family: Family, kind: Problem | Variant, seed: int) -> Split:
    if family.heldout:
        return "heldout_families"
    if kind.heldout:
        return "heldout_params"
    return "heldout_seeds" if seed >= HELDOUT_SEEDS_FROM else "train"


def _families_named(names: Iterable[str]) -> tuple[Family, ...]:
    wanted = set(names)
    actions = {action.value for action in CoderAction}
    known = set(family_names())
    for name in sorted(wanted - actions - known):
        raise UsageError(f"unknown family {name!r}{_did_you_mean(name, [*known, *actions])}")
    return tuple(
        read_family(name)
        for name in family_names()
        if not wanted or name in wanted or name.partition(".")[0] in wanted
    )


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    begun = [one for one in names if one.startswith(f"{name}/")]  # a form without level and seed
    nearest = begun or get_close_matches(name, names, n=1, cutoff=0.0)
    return f"; did you mean {nearest[0]!r}?" if nearest else ""
