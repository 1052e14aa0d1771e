"""Return the number of points beyond 2.5 sample deviations."""

import numpy as np

from ._shared import drawn, easy_edges, on_limit, z_scores


def count_far_points(sample: list[float]) -> int:
    """Return the number of points beyond 2.5 sample deviations."""
    mean = sum(sample) / len(sample)
    squares = sum((point - mean) ** 2 for point in sample)
    limit = 2.5 * (squares / (len(sample) - 1)) ** 0.5
    return sum(abs(point - mean) > limit for point in sample)


def count_far_points_level_2(sample: list[float]) -> int:
    """Return the number of points beyond 2.5 sample deviations."""
    if len(sample) < 2 or max(sample) == min(sample):
        return 0
    mean = sum(sample) / len(sample)
    squares = sum((point - mean) ** 2 for point in sample)
    limit = 2.5 * (squares / (len(sample) - 1)) ** 0.5
    return sum(abs(point - mean) > limit for point in sample)


ordinary = drawn(2.5, 10, sample=True)
edges = easy_edges(2.5, sample=True)
edges_level_2 = on_limit(2, *[-1] * 7, 5, 0)


def oracle(values: list[float]) -> object:
    return int((np.abs(z_scores(values, ddof=1)) > 2.5).sum())
