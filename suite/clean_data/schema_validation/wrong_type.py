"""Return the entries of a column that have another type."""

from random import Random
from typing import Any

from parelha.tasks.draws import Args


def offenders(column: list[object], kind: str) -> list[object]:
    """Return the entries of a column that have another type."""
    return [entry for entry in column if type(entry).__name__ != kind]


def offenders_level_2(column: list[object], kind: str) -> list[object]:
    """Return the entries of a column that have another type."""
    accepted = (kind, "NoneType")
    return [e for e in column if type(e).__name__ not in accepted]


_VALUES: tuple[Any, ...] = (1, 2.5, "a", -3, 0.0, "7")


def ordinary(rng: Random, size: int) -> Args:
    return rng.choices(_VALUES, k=size), rng.choice(["int", "float", "str"])


def edges(rng: Random) -> list[Args]:
    return [
        ([], "int"),
        (["1", 1, 1.0, rng.choice(_VALUES)], "str"),
        ([0, 0.0, ""], "float"),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([True, 1, None, False, rng.randint(2, 9)], "int"),
        ([None, 0.5, True], "float"),
        ([None, "None", "True", False], "str"),
    ]
