"""Return a percentile by the nearest-rank rule."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, distinct

from ._shared import NAN, Floats, array


def nearest_rank(x: np.ndarray, percent: int) -> float:
    """Return a percentile by the nearest-rank rule."""
    k = -(-percent * len(x) // 100)
    return float(np.sort(x)[k - 1])


def nearest_rank_level_2(x: np.ndarray, percent: int) -> float:
    """Return a percentile by the nearest-rank rule."""
    if len(x) == 0:
        return float("nan")
    k = max(-(-percent * len(x) // 100), 1)
    return float(np.sort(x)[k - 1])


def ordinary(rng: Random, size: int) -> Args:
    return array(*distinct(rng, size)), rng.choice((5, 20, 33, 50, 80, 90, 95, 99))


def edges(rng: Random) -> list[Args]:
    return [
        (array(7.0), rng.randint(1, 100)),
        (array(*distinct(rng, 4)), 50),
        (array(*distinct(rng, 10)), 100),
        (array(*distinct(rng, 5)), 1),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (array(), rng.choice((0, 50))),
        (array(*distinct(rng, 6)), 0),
        (array(3.0, 3.0, 1.0), rng.randint(34, 100)),
    ]


def oracle(x: Floats, percent: int) -> object:
    if len(x) == 0:
        return NAN
    return float(np.percentile(x, percent, method="inverted_cdf"))
