"""Return how many values lie outside two quantiles."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, with_outliers

from ._shared import HIGHS, LOWS, between, draw_series, easy_series, hard_series, quantiles, series


def count_outside(s: pd.Series, low: float, high: float) -> int:
    """Return how many values lie outside two quantiles."""
    return int(((s < s.quantile(low)) | (s > s.quantile(high))).sum())


def count_outside_level_2(s: pd.Series, low: float, high: float) -> int:
    """Return how many values lie outside two quantiles."""
    low, high = min(low, high), max(low, high)
    return int(((s < s.quantile(low)) | (s > s.quantile(high))).sum())


def _counted(rng: Random, s: pd.Series, swap: bool = False) -> Args:
    low = between(rng, int(s.count()), LOWS)
    high = between(rng, int(s.count()), HIGHS)
    return (s, high, low) if swap else (s, low, high)


def ordinary(rng: Random, size: int) -> Args:
    return _counted(rng, draw_series(rng, size)[0])  # type: ignore[arg-type]


def edges(rng: Random) -> list[Args]:
    return [_counted(rng, s) for s in easy_series(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *(_counted(rng, s, swap=True) for s in hard_series(rng)),
        _counted(rng, series(with_outliers(rng, 8)), swap=True),
    ]


def oracle(s: pd.Series, low: float, high: float) -> object:
    bottom, top = quantiles(s, *sorted((low, high)))
    return sum(value < bottom or value > top for value in s.tolist())
