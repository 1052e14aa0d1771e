"""Return the ridge slope of a line through the origin."""

import numpy as np
from sklearn.linear_model import Ridge

from ._shared import flat_edges, points, points_edges


def ridge(xs: list[float], ys: list[float], alpha: float) -> float:
    """Return the ridge slope of a line through the origin."""
    top = sum(x * y for x, y in zip(xs, ys))
    return top / (sum(x * x for x in xs) + alpha)


def ridge_level_2(xs: list[float], ys: list[float], alpha: float) -> float:
    """Return the ridge slope of a line through the origin."""
    bottom = sum(x * x for x in xs) + alpha
    if bottom == 0:
        return 0.0
    return sum(x * y for x, y in zip(xs, ys)) / bottom


ordinary = points
edges = points_edges
edges_level_2 = flat_edges


def oracle(xs: list[float], ys: list[float], alpha: float) -> object:
    if not xs or alpha == 0.0:
        return NotImplemented
    model = Ridge(alpha=alpha, fit_intercept=False).fit(np.array(xs)[:, np.newaxis], ys)
    return float(model.coef_[0])


def mistake_adds_after_dividing(xs: list[float], ys: list[float], alpha: float) -> float:
    return sum(x * y for x, y in zip(xs, ys)) / sum(x * x for x in xs) + alpha
