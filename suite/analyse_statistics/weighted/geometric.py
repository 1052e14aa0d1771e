"""Return the geometric mean of growth factors that last several years."""

import math
from random import Random

from scipy import stats

from parelha.tasks.draws import Args

from ._shared import whole


def yearly_factor(factors: list[float], years: list[float]) -> float:
    """Return the geometric mean of growth factors that last several years."""
    logs = sum(n * math.log(x) for x, n in zip(factors, years))
    return math.exp(logs / sum(years))


def yearly_factor_level_2(factors: list[float], years: list[float]) -> float:
    """Return the geometric mean of growth factors that last several years."""
    if sum(years) == 0:
        return 1.0
    if 0.0 in factors:
        return 0.0
    logs = sum(n * math.log(x) for x, n in zip(factors, years))
    return math.exp(logs / sum(years))


def ordinary(rng: Random, size: int) -> Args:
    return [round(rng.uniform(0.5, 4.0), 2) for _ in range(size)], whole(rng, size)


def edges(rng: Random) -> list[Args]:
    return [
        ([1.5], whole(rng, 1)),
        ([2.0, 0.5], [4.0, 4.0]),
        ([1.0, 1.0, 3.0], whole(rng, 3)),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([float(rng.randint(2, 4)), 3.0], [0.0, 0.0]),
        ([2.0, 0.0, 1.5], whole(rng, 3)),
        ([0.0], whole(rng, 1)),
    ]


def oracle(factors: list[float], years: list[float]) -> object:
    return 1.0 if sum(years) == 0 else float(stats.gmean(factors, weights=years))
