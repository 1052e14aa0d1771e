"""Return the variance of all values so far, after each value."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import drawn, easy_edges


def running_variances(values: list[float]) -> list[float]:
    """Return the variance of all values so far, after each value."""
    mean = squares = 0.0
    variances = []
    for count, value in enumerate(values, start=1):
        step = value - mean
        mean += step / count
        squares += step * (value - mean)
        variances.append(squares / count)
    return variances


ordinary = drawn
edges = easy_edges


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([1e9],),
        ([1e9 + step for step in (4.0, 7.0, 1.0, float(rng.randint(2, 9)), 6.0)],),
        ([-5e8 + step for step in (1.5, 7.0, 0.5, float(rng.randint(2, 9)))],),
    ]


def oracle(values: list[float]) -> object:
    return [float(np.var(values[: i + 1])) for i in range(len(values))]


def mistake_population_variance_level_2(values: list[float]) -> list[float]:
    heads = [values[: i + 1] for i in range(len(values))]
    return [sum(v * v for v in h) / len(h) - (sum(h) / len(h)) ** 2 for h in heads]
