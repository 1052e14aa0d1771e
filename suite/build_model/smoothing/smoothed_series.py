"""Return the exponentially smoothed series."""

import math
from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def smooth(s: pd.Series, alpha: float) -> pd.Series:
    """Return the exponentially smoothed series."""
    return s.ewm(alpha=alpha, adjust=False).mean()


def smooth_level_2(s: pd.Series, alpha: float) -> pd.Series:
    """Return the exponentially smoothed series."""
    return s.ewm(alpha=alpha, adjust=False, ignore_na=True).mean()


def _series(values: list[float]) -> "pd.Series[float]":
    return pd.Series(values, dtype="float64")


def ordinary(rng: Random, size: int) -> Args:
    return _series(numbers(rng, size, 0.0, 60.0)), rng.choice((0.2, 0.3, 0.5, 0.8))


def edges(rng: Random) -> list[Args]:
    return [
        (_series(numbers(rng, 1)), 0.5),
        (_series([float(rng.randint(1, 9))] * 4), 0.3),
        (pd.Series(numbers(rng, 4), index=[3, 6, 9, 12], dtype="float64"), 0.2),
        (_series(numbers(rng, 4)), 1.0),
    ]


NAN = float("nan")


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (_series([]), 0.5),
        (_series([NAN, NAN, *numbers(rng, 2)]), 0.3),
        (_series([*numbers(rng, 2), NAN, NAN, *numbers(rng, 2)]), 0.5),
        (_series([NAN, NAN]), 0.2),
        (_series([*numbers(rng, 1), NAN]), 0.8),
    ]


def oracle(s: "pd.Series[float]", alpha: float) -> object:
    level = NAN
    smoothed = []
    for value in s.tolist():
        if not math.isnan(value):
            level = value if math.isnan(level) else level + alpha * (value - level)
        smoothed.append(level)
    return pd.Series(smoothed, index=s.index, dtype="float64")


def mistake_adjusted(s: pd.Series, alpha: float) -> pd.Series:
    return s.ewm(alpha=alpha).mean()


def mistake_keeps_gaps_level_2(s: pd.Series, alpha: float) -> pd.Series:
    return s.ewm(alpha=alpha, adjust=False).mean()
