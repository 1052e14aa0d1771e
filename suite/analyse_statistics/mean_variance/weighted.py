"""Return the weighted mean and the weighted variance."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def weighted(values: list[float], weights: list[float]) -> tuple[float, float]:
    """Return the weighted mean and the weighted variance."""
    total = sum(weights)
    pairs = list(zip(values, weights))
    mean = sum(weight * value for value, weight in pairs) / total
    squares = sum(weight * (value - mean) ** 2 for value, weight in pairs)
    return mean, squares / total


def weighted_level_2(values: list[float], weights: list[float]) -> tuple[float, float]:
    """Return the weighted mean and the weighted variance."""
    total = sum(weights)
    if total == 0:
        return 0.0, 0.0
    pairs = list(zip(values, weights))
    mean = sum(weight * value for value, weight in pairs) / total
    squares = sum(weight * (value - mean) ** 2 for value, weight in pairs)
    return mean, squares / total


def ordinary(rng: Random, size: int) -> Args:
    return numbers(rng, size), [float(rng.randint(1, 9)) for _ in range(size)]


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 1), [2.0]),
        ([5.0] * 3, [1.0, 2.0, 3.0]),
        (numbers(rng, 4), [0.25] * 4),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        (numbers(rng, 3), [0.0, 0.0, 0.0]),
        (numbers(rng, 3), [0.0, 2.0, 1.0]),
    ]


def oracle(values: list[float], weights: list[float]) -> object:
    if sum(weights) == 0.0:
        return (0.0, 0.0)
    mean = float(np.average(values, weights=weights))
    return (mean, float(np.average((np.asarray(values) - mean) ** 2, weights=weights)))
