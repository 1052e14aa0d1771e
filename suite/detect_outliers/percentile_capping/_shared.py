"""Outliers moved to, or judged by, percentiles of their own sample (winsorising), in pandas."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, Edges, redraw, with_outliers

NAN = math.nan


def series(values: list[float], labels: list[int] | None = None) -> pd.Series:
    return pd.Series(values, index=labels, dtype="float64")


def draw_series(rng: Random, size: int) -> Args:
    return (series(with_outliers(rng, max(size, 5), 1 + (size > 8))),)


def easy_series(rng: Random) -> list[pd.Series]:
    far = float(rng.randint(40, 90))
    return [
        series([1.0, 2.0, 3.0, far]),
        series([-value for value in with_outliers(rng, 9)]),
        series([4.0, 4.0, 4.0, 4.0, -far, 5.0]),
        series([7.0, 7.0]),
    ]


def hard_series(rng: Random) -> list[pd.Series]:
    """No values, gaps alone, one value, gaps between values, labels in no order."""
    value = float(rng.randint(1, 9))
    values = with_outliers(rng, 7)
    return [
        series([]),
        series([NAN, NAN]),
        series([value], [8]),
        series([value, NAN, value + 1.5, NAN, value + 60.0], [3, 1, 4, 0, 5]),
        series(values, rng.sample(range(50), len(values))),
    ]


def quantiles(s: pd.Series, *shares: float) -> list[float]:
    """Return quantiles of the known values by numpy; NaN where there are none."""
    known = s.to_numpy()[~np.isnan(s.to_numpy())]
    return [float(np.quantile(known, share)) if len(known) else NAN for share in shares]


def between(rng: Random, count: int, shares: tuple[float, ...]) -> float:
    """Return a share whose quantile of `count` values lies clearly between two of them."""
    return redraw(
        lambda: [rng.choice(shares)],
        lambda drawn: 0.04 < drawn[0] * (count - 1) % 1 < 0.96 or count < 2,
    )[0]


def edges_of(easy: bool) -> Edges:
    return lambda rng: [(s,) for s in (easy_series(rng) if easy else hard_series(rng))]


LOWS, HIGHS = (0.07, 0.16, 0.23, 0.31), (0.69, 0.77, 0.84, 0.93)
LOWS, HIGHS = (0.07, 0.16, 0.23, 0.31), (0.69, 0.77, 0.84, 0.93)


def draw_amount(rng: Random) -> float:
    """Return a number around 40; one in twelve is far above."""
    far = rng.uniform(60.0, 300.0) if rng.random() < 1 / 12 else 0.0
    return round(rng.gauss(40.0, 6.0) + far, 1)
