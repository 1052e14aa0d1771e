"""Return the values with mean 0 and standard deviation 1."""

from statistics import mean, stdev

import numpy as np

from ._shared import draw_values, easy_edges, flat_edges, ratio


def standardise(values: list[float]) -> list[float]:
    """Return the values with mean 0 and standard deviation 1."""
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    return [(value - mean) / variance**0.5 for value in values]


def standardise_level_2(values: list[float]) -> list[float]:
    """Return the values with mean 0 and standard deviation 1."""
    if not values or min(values) == max(values):
        return [0.0] * len(values)
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    return [(value - mean) / variance**0.5 for value in values]


ordinary = draw_values
edges = easy_edges
edges_level_2 = flat_edges


def oracle(values: list[float]) -> object:
    if not values:
        return []
    return ratio(np.asarray(values) - np.mean(values), float(np.std(values)))


def mistake_sample_deviation(values: list[float]) -> list[float]:
    return [(v - mean(values)) / stdev(values) for v in values]
