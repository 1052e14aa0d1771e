"""Moving windows over a pandas Series: means, ranges, medians, changes, drawdowns."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers

NAN = float("nan")


def series(values: list[float]) -> "pd.Series[float]":
    return pd.Series(values, dtype=float)


def windowed(rng: Random, size: int) -> Args:
    return series(numbers(rng, size)), rng.randint(2, 3)


def plain_edges(rng: Random) -> list[Args]:
    days = pd.Index([10, 20, 30, 40, 50])
    return [
        (series(numbers(rng, 5)), 1),
        (series(numbers(rng, 4)), 4),
        (pd.Series(numbers(rng, 5), index=days, dtype=float), 2),
    ]


def long_edges(rng: Random) -> list[Args]:
    return [
        (series([]), 2),
        (series(numbers(rng, 1)), 3),
        (series(numbers(rng, 3)), 5),
        (series([NAN, *numbers(rng, 4), NAN, NAN, NAN, 1.0]), 2),
    ]


def views(s: "pd.Series[float]", window: int) -> list[list[float]]:
    """For each place the values in the window that ends there; shorter at the start."""
    values = [float(value) for value in s]
    return [values[max(0, stop - window) : stop] for stop in range(1, len(values) + 1)]


def like(s: "pd.Series[float]", values: list[float]) -> "pd.Series[float]":
    return pd.Series(values, index=s.index, dtype=float)
