"""Return intercept and slope of each price on the price before."""

import math
from random import Random

import numpy as np
import pandas as pd
from scipy.stats import linregress

from parelha.tasks.draws import Args, numbers

from ._shared import draw_levels


def fit(prices: pd.Series) -> tuple[float, float]:
    """Return intercept and slope of each price on the price before."""
    values = prices.to_numpy()
    slope, intercept = np.polyfit(values[:-1], values[1:], 1)
    return float(intercept), float(slope)


def fit_level_2(prices: pd.Series) -> tuple[float, float]:
    """Return intercept and slope of each price on the price before."""
    frame = pd.DataFrame({"now": prices, "before": prices.shift()})
    pairs = frame.dropna()
    if pairs.empty:
        return 0.0, 0.0
    degree = 1 if pairs["before"].nunique() > 1 else 0
    line = np.polyfit(pairs["before"], pairs["now"], degree)
    slope = float(line[0]) if degree else 0.0
    return float(line[-1]), slope


def _prices(values: list[float], index: list[int] | None = None) -> Args:
    return (pd.Series(values, index=index, dtype="float64"),)


def ordinary(rng: Random, size: int) -> Args:
    return _prices(draw_levels(rng, max(size, 4)))


def edges(rng: Random) -> list[Args]:
    return [
        _prices([1.0, 2.0, float(rng.randint(3, 9))]),
        _prices([8.0, 4.0, 2.0, 1.0], [3, 1, 4, 1]),
        _prices([1.0, 2.0, 1.0, 2.0, 1.0]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        _prices([]),
        _prices(numbers(rng, 1)),
        _prices(numbers(rng, 2)),
        _prices([*numbers(rng, 3), math.nan, *numbers(rng, 3)]),
        _prices([5.0, 5.0, float(rng.randint(6, 9))], [2, 1, 0]),
        _prices([1.0, math.nan, 2.0]),
    ]


def oracle(prices: "pd.Series[float]") -> object:
    pairs = pd.DataFrame({"now": prices, "before": prices.shift()}).dropna()
    if pairs["before"].nunique() < 2:
        return float(pairs["now"].mean()) if len(pairs) else 0.0, 0.0
    found = linregress(pairs["before"], pairs["now"])
    return float(found.intercept), float(found.slope)


def mistake_swapped_lags(prices: pd.Series) -> tuple[float, float]:
    x = prices.to_numpy()
    slope, intercept = np.polyfit(x[1:], x[:-1], 1)
    return float(intercept), float(slope)
