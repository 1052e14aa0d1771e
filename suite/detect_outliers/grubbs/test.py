"""Return whether Grubbs' statistic exceeds the critical value."""

import math

from ._shared import distance, judged, judged_edges, limit_edges


def has_outlier(values: list[float], critical: float) -> bool:
    """Return whether Grubbs' statistic exceeds the critical value."""
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    spread = math.sqrt(squares / (len(values) - 1))
    return max(abs(value - mean) for value in values) / spread > critical


def has_outlier_level_2(values: list[float], critical: float) -> bool:
    """Return whether Grubbs' statistic exceeds the critical value."""
    if len(values) < 3 or max(values) == min(values):
        return False

    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    spread = math.sqrt(squares / (len(values) - 1))
    return max(abs(value - mean) for value in values) / spread > critical


ordinary = judged
edges = judged_edges
edges_level_2 = limit_edges


def oracle(values: list[float], critical: float) -> object:
    return distance(values) > critical
