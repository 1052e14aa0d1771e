"""Return the Gaussian log density of values."""

import math
from random import Random

import numpy as np
from scipy.stats import norm

from parelha.tasks.draws import Args, numbers


def density(values: list[float], mean: float, variance: float) -> float:
    """Return the Gaussian log density of values."""
    squares = sum((x - mean) ** 2 for x in values)
    constant = len(values) * math.log(2 * math.pi * variance)
    return -constant / 2 - squares / (2 * variance)


def density_level_2(values: list[float], mean: float, variance: float) -> float:
    """Return the Gaussian log density of values."""
    known = [x for x in values if not math.isnan(x)]
    variance = max(variance, 0.01)
    squares = sum((x - mean) ** 2 for x in known)
    constant = len(known) * math.log(2 * math.pi * variance)
    return -constant / 2 - squares / (2 * variance)


def ordinary(rng: Random, size: int) -> Args:
    mean = numbers(rng, 1, 10.0, 30.0)[0]
    return numbers(rng, size, 5.0, 35.0), mean, round(rng.uniform(1.0, 9.0), 1)


def edges(rng: Random) -> list[Args]:
    return [
        ([float(rng.randint(1, 9))], 3.0, 1.0),
        ([4.0, 4.0], 4.0, 0.5),
        ([], 0.0, 2.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 2), 3.0, 0.0),
        ([math.nan, *numbers(rng, 2)], 20.0, 4.0),
        ([math.nan], 1.0, 0.002),
    ]


def oracle(values: list[float], mean: float, variance: float) -> object:
    return float(np.nansum(norm.logpdf(values, mean, math.sqrt(max(variance, 0.01)))))
