"""Return the largest fall from a peak, as a share of the peak."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers

from ._shared import NAN, series


def drawdown(s: pd.Series) -> float:
    """Return the largest fall from a peak, as a share of the peak."""
    return float((1 - s / s.cummax()).max())


def drawdown_level_2(s: pd.Series) -> float:
    """Return the largest fall from a peak, as a share of the peak."""
    prices = s.dropna()
    if prices.empty:
        return 0.0
    return float((1 - prices / prices.cummax()).max())


def ordinary(rng: Random, size: int) -> Args:
    return (series(numbers(rng, size, 20.0, 90.0)),)


def edges(rng: Random) -> list[Args]:
    return [
        (series(numbers(rng, 1, 20.0)),),
        (series([10.0, 20.0, float(rng.randint(30, 90))]),),
        (series([50.0, 10.0, float(rng.randint(60, 90)), 30.0]),),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (series([]),),
        (series([NAN] * rng.randint(1, 5)),),
        (series([NAN, *numbers(rng, 3, 20.0), NAN]),),
        (series([80.0, NAN, float(rng.randint(20, 60)), 90.0]),),
    ]


def oracle(s: "pd.Series[float]") -> object:
    worst, peak = 0.0, 0.0
    for price in s:
        if not np.isnan(price):
            peak = max(peak, price)
            worst = max(worst, 1 - price / peak)
    return worst
