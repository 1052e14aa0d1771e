"""Return the Durbin-Watson statistic of misses in order of time."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def durbin_watson(misses: list[float]) -> float:
    """Return the Durbin-Watson statistic of misses in order of time."""
    changes = sum((b - a) ** 2 for a, b in zip(misses, misses[1:]))
    return changes / sum(miss * miss for miss in misses)


def durbin_watson_level_2(misses: list[float]) -> float:
    """Return the Durbin-Watson statistic of misses in order of time."""
    known = [miss for miss in misses if not math.isnan(miss)]
    if not any(known):
        return 2.0
    changes = sum((b - a) ** 2 for a, b in zip(known, known[1:]))
    return changes / sum(miss * miss for miss in known)


def ordinary(rng: Random, size: int) -> Args:
    return (numbers(rng, size, -5.0, 5.0),)


def edges(rng: Random) -> list[Args]:
    return [
        ([1.0, -1.0] * rng.randint(2, 9),),
        ([2.0, 2.0, 2.0, 2.0],),
        ([0.0, 0.0, float(rng.randint(1, 9)), 1.0],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([0.0, math.nan, 0.0],),
        ([1.0, math.nan, float(rng.randint(2, 9)), math.nan, -1.0],),
        ([math.nan, float(rng.randint(2, 9))],),
    ]


def oracle(misses: list[float]) -> object:
    known = [m for m in misses if not math.isnan(m)]
    total = float(np.sum(np.square(known)))
    return float(np.sum(np.diff(known) ** 2)) / total if total else 2.0


def mistake_products_not_differences(misses: list[float]) -> float:
    return sum(b * a for a, b in zip(misses, misses[1:])) / sum(m * m for m in misses)
