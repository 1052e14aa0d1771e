"""Return each value minus the mean of the values just before it."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers

from ._shared import NAN, like, plain_edges, series, windowed


def surprise(s: pd.Series, window: int) -> pd.Series:
    """Return each value minus the mean of the values just before it."""
    before = s.shift(1).rolling(window, min_periods=1).mean()
    return (s - before).fillna(0.0)


ordinary = windowed


def edges(rng: Random) -> list[Args]:
    return [
        *plain_edges(rng),
        (series(numbers(rng, 1)), 3),
        (series(numbers(rng, 3)), 5),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (series([]), 2),
        (series([NAN, *numbers(rng, 3), NAN, NAN, NAN, 1.0]), 2),
        (series([4.0, NAN, float(rng.randint(5, 30))]), 1),
    ]


def oracle(s: "pd.Series[float]", window: int) -> object:
    values = [float(value) for value in s]
    answer = []
    for place, value in enumerate(values):
        before = [x for x in values[max(0, place - window) : place] if not np.isnan(x)]
        answer.append(value - float(np.mean(before)) if place and before else 0.0)
    if s.isna().any():
        answer = [0.0 if np.isnan(x) else a for x, a in zip(values, answer, strict=True)]
    return like(s, answer)


def mistake_includes_itself(s: pd.Series, window: int) -> pd.Series:
    return s - s.rolling(window, min_periods=1).mean()
