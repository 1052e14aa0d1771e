"""Return the statistic of Grubbs' test."""

import math
from statistics import mean, pstdev, stdev

from ._shared import distance, draw_values, easy_edges, flat_edges


def grubbs_statistic(values: list[float]) -> float:
    """Return the statistic of Grubbs' test."""
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    spread = math.sqrt(squares / (len(values) - 1))
    return max(abs(value - mean) for value in values) / spread


def grubbs_statistic_level_2(values: list[float]) -> float:
    """Return the statistic of Grubbs' test."""
    if len(values) < 3 or max(values) == min(values):
        return 0.0

    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    spread = math.sqrt(squares / (len(values) - 1))
    return max(abs(value - mean) for value in values) / spread


ordinary = draw_values
edges = easy_edges
edges_level_2 = flat_edges
oracle = distance


def mistake_population_deviation(values: list[float]) -> float:
    return max(abs(v - mean(values)) for v in values) / pstdev(values)


def mistake_above_only(values: list[float]) -> float:
    return (max(values) - mean(values)) / stdev(values)
