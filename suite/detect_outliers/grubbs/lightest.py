"""Return the position of the lightest piece and its statistic."""

from random import Random
from statistics import mean, stdev

import numpy as np

from parelha.tasks.draws import Args, distinct


def lightest(weights: list[float]) -> tuple[int, float]:
    """Return the position of the lightest piece and its statistic."""
    least = min(weights)
    gap = mean(weights) - least
    return weights.index(least), gap / stdev(weights)


def lightest_level_2(weights: list[float]) -> tuple[int, float]:
    """Return the position of the lightest piece and its statistic."""
    if len(set(weights)) < 2:
        return 0, 0.0
    least = min(weights)
    gap = mean(weights) - least
    return weights.index(least), gap / stdev(weights)


def ordinary(rng: Random, size: int) -> Args:
    return (distinct(rng, max(size, 3), 40, 160),)


def edges(rng: Random) -> list[Args]:
    return [
        ([3.0, float(rng.randint(4, 9))],),
        ([float(rng.randint(90, 99)), 12.0, 80.0, 85.0],),
        ([0.5, 0.25, 0.75, float(rng.randint(1, 5))],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([float(rng.randint(1, 9))],),
        ([float(rng.randint(1, 9))] * 4,),
        ([30.0, 10.0, float(rng.randint(40, 60)), 10.0],),
    ]


def oracle(weights: list[float]) -> object:
    if len(weights) < 2 or np.ptp(weights) == 0:
        return (0, 0.0)
    return (
        int(np.argmin(weights)),
        float((np.mean(weights) - np.min(weights)) / np.std(weights, ddof=1)),
    )
