"""Return the geometric mean of prices capped in logarithms."""

import math
from random import Random

import numpy as np
import pandas as pd
from scipy import stats

from parelha.tasks.draws import Args


def typical_price(prices: pd.Series, tail: float) -> float:
    """Return the geometric mean of prices capped in logarithms."""
    logs = pd.Series(np.log(prices[prices > 0]))
    if logs.empty:
        return 0.0
    low, high = float(logs.quantile(tail)), float(logs.quantile(1 - tail))
    capped = logs.clip(low, high)
    return float(np.exp(capped.mean()))


def ordinary(rng: Random, size: int) -> Args:
    prices = [round(math.exp(rng.gauss(2.0, 1.0)), 2) for _ in range(size)]
    for _ in range(size // 10):
        prices[rng.randrange(size)] = rng.choice((0.0, -1.0, math.nan))
    return pd.Series([5.0, *prices[1:]], dtype="float64"), rng.choice((0.05, 0.1, 0.2))


def edges(rng: Random) -> list[Args]:
    return [
        (pd.Series(values, dtype="float64"), tail)
        for values, tail in (
            ([], 0.1),
            ([math.nan, -float(rng.randint(1, 9)), 0.0], 0.1),
            ([float(rng.randint(1, 90)), 0.0], 0.25),
            ([1.0, 10.0, 100.0, float(rng.randint(1000, 9000))], 0.2),
            ([0.001, 2.0, 3.0, math.nan, float(rng.randint(4, 9))], 0.1),
            ([2.0, 2.0, -5.0, 2.0, float(rng.randint(10, 90))], 0.0),
        )
    ]


def oracle(prices: pd.Series, tail: float) -> object:
    known = np.log([price for price in prices.tolist() if price > 0])
    if len(known) == 0:
        return 0.0
    low, high = stats.mstats.mquantiles(known, [tail, 1 - tail], alphap=1, betap=1)
    return float(np.exp(np.clip(known, low, high).mean()))
