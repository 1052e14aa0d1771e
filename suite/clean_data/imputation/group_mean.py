"""Return the values with gaps filled by the mean of their group."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers, sprinkle

from ._shared import Gappy, series


def fill_gaps(values: list[float | None], groups: list[str]) -> list[float]:
    """Return the values with gaps filled by the mean of their group."""
    filled = []
    for value, group in zip(values, groups):
        if value is None:
            pairs = zip(values, groups)
            known = [v for v, g in pairs if g == group and v is not None]
            value = sum(known) / len(known)
        filled.append(value)
    return filled


def fill_gaps_level_2(values: list[float | None], groups: list[str]) -> list[float]:
    """Return the values with gaps filled by the mean of their group."""
    filled = []
    every = [v for v in values if v is not None]
    for value, group in zip(values, groups):
        if value is None:
            pairs = zip(values, groups)
            known = [v for v, g in pairs if g == group and v is not None]
            known = known or every
            value = sum(known) / len(known)
        filled.append(value)
    return filled


def ordinary(rng: Random, size: int) -> Args:
    values = [*numbers(rng, 2), *sprinkle(rng, numbers(rng, max(2, size - 3)), None, 2)]
    return values, ["a", "b", *(rng.choice("ab") for _ in values[2:])]


def edges(rng: Random) -> list[Args]:
    return [
        ([], []),
        (numbers(rng, 3), ["a", "b", "a"]),
        ([None, *numbers(rng, 1), None], ["x", "x", "x"]),
        ([None, *numbers(rng, 2), None, 0.0], ["a", "b", "a", "b", "a"]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([None, *numbers(rng, 2)], ["a", "b", "b"]),
        ([None, 0.0, *numbers(rng, 1), None], ["a", "b", "c", "c"]),
        ([*numbers(rng, 1), None, None], ["A", "a", "b"]),
    ]


def oracle(values: Gappy, groups: list[str]) -> object:
    frame = pd.DataFrame({"value": series(values), "group": pd.Series(groups, dtype=object)})
    means = frame.groupby("group")["value"].transform("mean")
    return [float(v) for v in frame["value"].fillna(means).fillna(frame["value"].mean())]
