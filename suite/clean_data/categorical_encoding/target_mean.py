"""Return for each house the mean price in its city."""

from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers

from ._shared import COLOURS


def city_means(cities: list[str], prices: np.ndarray) -> np.ndarray:
    """Return for each house the mean price in its city."""
    names = np.array(cities, dtype=object)
    means = [float(np.mean(prices[names == city])) for city in cities]
    return np.array(means)


def city_means_level_2(cities: list[str], prices: np.ndarray) -> np.ndarray:
    """Return for each house the mean price in its city."""
    agreed = ~np.isnan(prices)
    names = np.array(cities, dtype=object)
    means = []
    for city in cities:
        chosen = (names == city) & agreed
        used = chosen if chosen.any() else agreed
        means.append(float(np.mean(prices[used])))
    return np.array(means)


def ordinary(rng: Random, size: int) -> Args:
    cities = rng.choices(COLOURS[: rng.randint(2, 4)], k=size)
    return cities, np.array(numbers(rng, size), dtype=np.float64)


def edges(rng: Random) -> list[Args]:
    return [
        ([], np.array([], dtype=np.float64)),
        (["x"], np.array(numbers(rng, 1))),
        (["a", "b", "a", "A"], np.array(numbers(rng, 4))),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["a", "b", "a"], np.array([np.nan, *numbers(rng, 2)])),
        (["a", "b", "b"], np.array([np.nan, *numbers(rng, 2)])),
        (["a", "b", "c", "b"], np.array([np.nan, 1.0, 5.0, float(rng.randint(6, 90))])),
    ]


def oracle(cities: list[str], prices: Any) -> object:
    column = pd.Series(prices, dtype=float)
    means = column.groupby(pd.Series(cities, dtype=object)).transform("mean")
    return means.fillna(column.mean()).to_numpy()
