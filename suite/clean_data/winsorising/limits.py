"""Return the array with its values limited to a range."""

import math
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers

from ._shared import array


def limit(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return the array with its values limited to a range."""
    limited: np.ndarray = np.clip(x, low, high)
    return limited


def limit_level_2(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return the array with its values limited to a range."""
    limited: np.ndarray = np.clip(x, min(low, high), max(low, high))
    return limited


def ordinary(rng: Random, size: int) -> Args:
    low = float(rng.randint(-5, 20))
    return array(numbers(rng, size)), low, low + float(rng.randint(5, 40))


def edges(rng: Random) -> list[Args]:
    return [
        (array([]), 0.0, 1.0),
        (array(numbers(rng, 3)), -99.0, 99.0),
        (array([*numbers(rng, 3), 5.0]), 5.0, 5.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (array([math.nan, *numbers(rng, 3), 90.0]), 10.0, 20.0),
        (array(numbers(rng, 6)), 30.0, 10.0),
        (array([math.nan, 4.0, -4.0]), 2.0, float(rng.randint(-3, 1))),
    ]


def oracle(x: Any, low: float, high: float) -> object:
    return pd.Series(x, dtype=float).clip(min(low, high), max(low, high)).to_numpy()


def mistake_lower_limit_only(x: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.where(x < low, low, x)
