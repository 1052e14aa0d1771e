"""Return the mean and the population variance of each column."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def moments(table: dict[str, list[float]]) -> dict[str, tuple[float, float]]:
    """Return the mean and the population variance of each column."""
    result = {}
    for name, column in table.items():
        mean = sum(column) / len(column)
        squares = sum((value - mean) ** 2 for value in column)
        result[name] = (mean, squares / len(column))
    return result


def moments_level_2(table: dict[str, list[float]]) -> dict[str, tuple[float, float]]:
    """Return the mean and the population variance of each column."""
    result = {}
    for name, column in table.items():
        if column:
            mean = sum(column) / len(column)
            squares = sum((value - mean) ** 2 for value in column)
            result[name] = (mean, squares / len(column))
    return result


def ordinary(rng: Random, size: int) -> Args:
    names = rng.sample(["price", "units", "weight", "height", "age"], 2)
    return ({name: numbers(rng, max(3, size - 1)) for name in names},)


def edges(rng: Random) -> list[Args]:
    return [
        ({},),
        ({"age": numbers(rng, 1)},),
        ({"age": numbers(rng, 4), "units": [3.0] * 5},),
        ({"a": numbers(rng, 2), "b": numbers(rng, 3), "c": numbers(rng, 4)},),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [({"age": []},), ({"age": numbers(rng, 3), "units": []},)]


def oracle(table: dict[str, list[float]]) -> object:
    return {k: (float(np.mean(v)), float(np.var(v))) for k, v in table.items() if v}
