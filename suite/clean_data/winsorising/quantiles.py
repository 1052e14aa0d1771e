"""Return the array limited to its p and 1 - p quantiles."""

import math
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers, with_outliers

from ._shared import array


def winsorise(x: np.ndarray, p: float) -> np.ndarray:
    """Return the array limited to its p and 1 - p quantiles."""
    low, high = np.quantile(x, [p, 1 - p])
    clipped: np.ndarray = np.clip(x, low, high)
    return clipped


def winsorise_level_2(x: np.ndarray, p: float) -> np.ndarray:
    """Return the array limited to its p and 1 - p quantiles."""
    known = x[~np.isnan(x)]
    if known.size == 0:
        return x
    low, high = np.quantile(known, [p, 1 - p])
    clipped: np.ndarray = np.clip(x, low, high)
    return clipped


def ordinary(rng: Random, size: int) -> Args:
    return array(with_outliers(rng, size)), rng.choice([0.05, 0.1, 0.2])


def edges(rng: Random) -> list[Args]:
    return [
        (array(numbers(rng, 1)), 0.1),
        (array(numbers(rng, 5)), 0.0),
        (array(numbers(rng, 4)), 0.5),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (array([]), 0.1),
        (array([math.nan] * rng.randint(1, 3)), 0.1),
        (array([math.nan, *numbers(rng, 6), math.nan]), 0.25),
    ]


def oracle(x: Any, p: float) -> object:
    column = pd.Series(x, dtype=float)
    return column.clip(float(column.quantile(p)), float(column.quantile(1.0 - p))).to_numpy()


def mistake_drops_the_tails(x: Any, p: Any) -> Any:
    return x[(x >= np.quantile(x, p)) & (x <= np.quantile(x, 1 - p))]
