"""Return the slope of the best line through the origin."""

import numpy as np

from ._shared import degenerate_edges, easy_edges, points


def fit_through_origin(xs: list[float], ys: list[float]) -> float:
    """Return the slope of the best line through the origin."""
    top = sum(x * y for x, y in zip(xs, ys))
    return top / sum(x * x for x in xs)


def fit_through_origin_level_2(xs: list[float], ys: list[float]) -> float:
    """Return the slope of the best line through the origin."""
    bottom = sum(x * x for x in xs)
    if bottom == 0:
        return 0.0
    return sum(x * y for x, y in zip(xs, ys)) / bottom


ordinary = points
edges = easy_edges
edges_level_2 = degenerate_edges


def oracle(xs: list[float], ys: list[float]) -> object:
    if not any(xs):
        return 0.0
    matrix = np.asarray(xs)[:, np.newaxis]  # (n, 1)
    return float(np.linalg.lstsq(matrix, np.asarray(ys), rcond=None)[0][0])


def mistake_with_intercept(xs: list[float], ys: list[float]) -> float:
    return float(np.polyfit(xs, ys, 1)[0])
