"""Return slope and intercept of the least-squares line."""

import numpy as np

from ._shared import degenerate_edges, easy_edges, fit, points


def fit_line(xs: list[float], ys: list[float]) -> tuple[float, float]:
    """Return slope and intercept of the least-squares line."""
    mean_x = sum(xs) / len(xs)
    mean_y = sum(ys) / len(ys)
    top = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
    slope = top / sum((x - mean_x) ** 2 for x in xs)
    return slope, mean_y - slope * mean_x


def fit_line_level_2(xs: list[float], ys: list[float]) -> tuple[float, float]:
    """Return slope and intercept of the least-squares line."""
    if not xs:
        return 0.0, 0.0
    mean_x = sum(xs) / len(xs)
    mean_y = sum(ys) / len(ys)
    top = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
    bottom = sum((x - mean_x) ** 2 for x in xs)
    slope = top / bottom if min(xs) < max(xs) else 0.0
    return slope, mean_y - slope * mean_x


ordinary = points
edges = easy_edges
edges_level_2 = degenerate_edges
oracle = fit


def mistake_swapped_order(xs: list[float], ys: list[float]) -> tuple[float, float]:
    b, a = np.polyfit(xs, ys, 1)
    return float(a), float(b)


def mistake_swapped_variables(xs: list[float], ys: list[float]) -> tuple[float, float]:
    b, a = np.polyfit(ys, xs, 1)
    return float(b), float(a)
