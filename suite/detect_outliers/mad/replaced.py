"""Return the values with outliers replaced by the median."""

from statistics import mean, median

import numpy as np

from ._shared import at, distances, draw_values, easy_edges


def replace_outliers(values: list[float]) -> list[float]:
    """Return the values with outliers replaced by the median."""
    centre = median(values)
    mad = median(abs(value - centre) for value in values)
    return [centre if abs(v - centre) > 3 * mad else v for v in values]


def replace_outliers_level_2(values: list[float]) -> list[float]:
    """Return the values with outliers replaced by the median."""
    if not values:
        return []
    centre = median(values)
    mad = median(abs(value - centre) for value in values)
    if mad == 0:
        return list(values)
    return [centre if abs(v - centre) > 3 * mad else v for v in values]


ordinary = draw_values
edges = easy_edges
edges_level_2 = at(3.0)


def oracle(values: list[float]) -> object:
    return [
        float(np.median(values)) if d > 3 + 1e-9 else v
        for v, d in zip(values, distances(values), strict=True)
    ]


def mistake_replaces_by_the_mean(values: list[float]) -> list[float]:
    m = median(values)
    d = median(abs(v - m) for v in values)
    return [mean(values) if abs(v - m) > 3 * d else v for v in values]
