"""Return the critical value that belongs to a quantile of t."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args


def grubbs_bound(count: int, quantile: float) -> float:
    """Return the critical value that belongs to a quantile of t."""
    ratio = quantile**2 / (count - 2 + quantile**2)
    return (count - 1) / math.sqrt(count) * math.sqrt(ratio)


def grubbs_bound_level_2(count: int, quantile: float) -> float:
    """Return the critical value that belongs to a quantile of t."""
    if count < 3:
        return math.inf
    ratio = quantile**2 / (count - 2 + quantile**2)
    return (count - 1) / math.sqrt(count) * math.sqrt(ratio)


def ordinary(rng: Random, size: int) -> Args:
    return size + rng.randint(0, 40), round(rng.uniform(1.8, 4.5), 3)


def edges(rng: Random) -> list[Args]:
    return [
        (3, float(rng.randint(2, 12))),
        (4, round(rng.uniform(1.0, 2.0), 2)),
        (rng.randint(1000, 2000), 4.25),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (2, round(rng.uniform(1.0, 2.0), 2)),
        (0, 2.0),
        (rng.randint(5, 30), -2.5),
        (rng.randint(5, 30), 0.0),
    ]


def oracle(count: int, quantile: float) -> object:
    if count < 3:
        return float("inf")
    ratio = np.square(quantile) / (count - 2 + np.square(quantile))
    return float((count - 1) * np.sqrt(ratio / count))
