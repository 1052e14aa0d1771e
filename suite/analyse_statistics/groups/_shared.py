"""Statistics by group: mean, total, range, share, and deviations from the group's mean."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers

NAMES = ("north", "south", "east", "west", "são")


def grouped(rng: Random, size: int) -> tuple[list[str], list[float]]:
    names = rng.sample(NAMES, 3)
    return [rng.choice(names) for _ in range(size)], numbers(rng, size)


def easy_edges(rng: Random) -> list[Args]:
    return [
        (["north"], numbers(rng, 1)),
        (["a"] * 4, numbers(rng, 4)),
        (["a", "A", "b"], numbers(rng, 3)),
        (["x", "y", "x", "y"], [0.0, 5.0, 0.0, 5.0]),
    ]


def nan_edges(rng: Random) -> list[Args]:
    gap = float("nan")
    return [
        ([], []),
        (["a", "b", "a"], [gap, *numbers(rng, 2)]),
        (["a", "b", "a"], [gap, *numbers(rng, 1), gap]),
        (["a", "a"], [gap, gap]),
    ]


def frame(groups: list[str], values: list[float]) -> "pd.Series[float]":
    """The values that are no NaN, with their groups as index."""
    return pd.Series(values, index=pd.Index(groups, dtype=object), dtype=float).dropna()
