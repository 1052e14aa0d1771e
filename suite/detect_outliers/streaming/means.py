"""Return the mean of all values so far, after each value."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import drawn, easy_edges


def running_means(values: list[float]) -> list[float]:
    """Return the mean of all values so far, after each value."""
    total = 0.0
    means = []
    for count, value in enumerate(values, start=1):
        total += value
        means.append(total / count)
    return means


def running_means_level_2(values: list[float | None]) -> list[float]:
    """Return the mean of all values so far, after each value."""
    mean, count = 0.0, 0
    means = []
    for value in values:
        if value is not None:
            count += 1
            mean += (value - mean) / count
        means.append(mean)
    return means


ordinary = drawn
edges = easy_edges


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None],),
        ([None, float(rng.randint(1, 9)), 4.0, None, None, 8.0],),
        ([float(rng.randint(1, 9)), None, 0.0, 5.0],),
    ]


def oracle(values: list[float | None]) -> object:
    known = np.array([0.0 if value is None else value for value in values])
    counts = np.cumsum([value is not None for value in values])
    return [float(mean) for mean in np.cumsum(known) / np.maximum(counts, 1)]


def mistake_without_the_newest(values: list[float]) -> list[float]:
    return [sum(values[:i]) / max(i, 1) for i in range(len(values))]
