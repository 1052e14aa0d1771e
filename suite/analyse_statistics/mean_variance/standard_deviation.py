"""Return the mean and the population standard deviation."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import draw_values, plain_edges


def mean_and_deviation(data: list[float]) -> tuple[float, float]:
    """Return the mean and the population standard deviation."""
    mean = sum(data) / len(data)
    variance = sum((value - mean) ** 2 for value in data) / len(data)
    return mean, variance**0.5


def mean_and_deviation_level_2(data: list[float]) -> tuple[float, float]:
    """Return the mean and the population standard deviation."""
    if not data:
        return 0.0, 0.0
    mean = sum(data) / len(data)
    variance = sum((value - mean) ** 2 for value in data) / len(data)
    return mean, variance**0.5


ordinary = draw_values
edges = plain_edges


def edges_level_2(rng: Random) -> list[Args]:
    return [([],), ([0.0],), (numbers(rng, 2, 1e5, 1e6),)]


def oracle(values: list[float]) -> object:
    return (float(np.mean(values)), float(np.std(values))) if values else (0.0, 0.0)
