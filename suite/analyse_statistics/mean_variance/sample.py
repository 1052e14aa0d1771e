"""Return the mean and the sample variance."""

from random import Random
from statistics import mean, pstdev

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import draw_values


def sample_moments(values: list[float]) -> tuple[float, float]:
    """Return the mean and the sample variance."""
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    return mean, squares / (len(values) - 1)


def sample_moments_level_2(values: list[float]) -> tuple[float, float]:
    """Return the mean and the sample variance."""
    if not values:
        return 0.0, 0.0
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    return mean, squares / max(len(values) - 1, 1)


ordinary = draw_values


def edges(rng: Random) -> list[Args]:
    value = numbers(rng, 1)[0]
    return [([value] * 5,), (numbers(rng, 2),), ([0.0, 0.0, value],), (numbers(rng, 7, -90, -10),)]


def edges_level_2(rng: Random) -> list[Args]:
    return [([],), (numbers(rng, 1),), ([0.0],)]


def oracle(values: list[float]) -> object:
    if not values:
        return (0.0, 0.0)
    return (float(np.mean(values)), float(np.var(values, ddof=1)) if len(values) > 1 else 0.0)


def mistake_population_variance(values: list[float]) -> tuple[float, float]:
    return mean(values), pstdev(values) ** 2
