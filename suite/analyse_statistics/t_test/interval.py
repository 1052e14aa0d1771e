"""Return the confidence interval of a mean."""

import math
from random import Random
from statistics import mean, stdev

from scipy import stats

from parelha.tasks.draws import Args, numbers


def interval(data: list[float], t: float) -> tuple[float, float]:
    """Return the confidence interval of a mean."""
    centre = mean(data)
    half = t * stdev(data) / len(data) ** 0.5
    return centre - half, centre + half


def interval_level_2(data: list[float], t: float) -> tuple[float, float]:
    """Return the confidence interval of a mean."""
    if len(data) < 2:
        return -math.inf, math.inf
    centre = mean(data)
    half = t * stdev(data) / len(data) ** 0.5
    return centre - half, centre + half


def ordinary(rng: Random, size: int) -> Args:
    return numbers(rng, size, 95.0, 105.0), rng.choice((1.96, 2.26, 2.57, 2.78, 3.18))


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 2), 12.71),
        ([6.5] * 3, 4.3),
        ([-3.0, 0.0, float(rng.randint(1, 9))], 0.5),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], float(rng.randint(1, 4))),
        (numbers(rng, 1), 2.0),
        ([0.0], float(rng.randint(1, 4))),
    ]


def oracle(data: list[float], t: float) -> object:
    if len(data) < 2:
        return (-float("inf"), float("inf"))
    half = t * float(stats.sem(data))
    return (mean(data) - half, mean(data) + half)
