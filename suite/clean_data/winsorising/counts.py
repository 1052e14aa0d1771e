"""Return the array with its k smallest and k largest values drawn in."""

from random import Random
from typing import Any

import numpy as np
from scipy.stats import mstats

from parelha.tasks.draws import Args, distinct, numbers

from ._shared import array


def pull_in(x: np.ndarray, k: int) -> np.ndarray:
    """Return the array with its k smallest and k largest values drawn in."""
    ordered = np.sort(x)
    drawn: np.ndarray = np.clip(x, ordered[k], ordered[-k - 1])
    return drawn


def pull_in_level_2(x: np.ndarray, k: int) -> np.ndarray:
    """Return the array with its k smallest and k largest values drawn in."""
    if x.size == 0:
        return x
    ordered = np.sort(x)
    last = min(k, (x.size - 1) // 2)
    drawn: np.ndarray = np.clip(x, ordered[last], ordered[-last - 1])
    return drawn


def ordinary(rng: Random, size: int) -> Args:
    return array(distinct(rng, size)), rng.randint(1, max(1, (size - 1) // 3))


def edges(rng: Random) -> list[Args]:
    return [
        (array(numbers(rng, 3)), 1),
        (array(numbers(rng, 5)), 0),
        (array([2.0, 2.0, 9.0, 9.0, float(rng.randint(3, 8))]), 2),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (array([]), 2),
        (array(numbers(rng, 4)), 2),
        (array(distinct(rng, 6)), 9),
    ]


def oracle(x: Any, k: int) -> object:
    if 2 * k >= len(x):
        return NotImplemented
    return np.asarray(mstats.winsorize(x, limits=((k + 0.5) / len(x), (k + 0.5) / len(x))))


def mistake_one_too_few(x: Any, k: Any) -> Any:
    return np.clip(x, np.sort(x)[k], np.sort(x)[-k])
