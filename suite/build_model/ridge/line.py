"""Return slope and intercept of the ridge line."""

import numpy as np
from sklearn.linear_model import Ridge

from ._shared import flat_edges, points, points_edges


def fit(xs: list[float], ys: list[float], alpha: float) -> tuple[float, float]:
    """Return slope and intercept of the ridge line."""
    mean_x = sum(xs) / len(xs)
    mean_y = sum(ys) / len(ys)
    top = sum((x - mean_x) * y for x, y in zip(xs, ys))
    slope = top / (sum((x - mean_x) ** 2 for x in xs) + alpha)
    return slope, mean_y - slope * mean_x


def fit_level_2(xs: list[float], ys: list[float], alpha: float) -> tuple[float, float]:
    """Return slope and intercept of the ridge line."""
    if not xs:
        return 0.0, 0.0
    mean_x = sum(xs) / len(xs)
    mean_y = sum(ys) / len(ys)
    top = sum((x - mean_x) * y for x, y in zip(xs, ys))
    bottom = sum((x - mean_x) ** 2 for x in xs) + alpha
    slope = top / bottom if bottom else 0.0
    return slope, mean_y - slope * mean_x


ordinary = points
edges = points_edges
edges_level_2 = flat_edges


def oracle(xs: list[float], ys: list[float], alpha: float) -> object:
    if not xs or alpha == 0.0:
        return NotImplemented
    model = Ridge(alpha=alpha).fit(np.array(xs)[:, np.newaxis], ys)
    return float(model.coef_[0]), float(model.intercept_)


def mistake_not_centred(xs: list[float], ys: list[float], alpha: float) -> tuple[float, float]:
    top = sum(x * y for x, y in zip(xs, ys))
    slope = top / (sum(x * x for x in xs) + alpha)
    return slope, sum(ys) / len(ys) - slope * sum(xs) / len(xs)
