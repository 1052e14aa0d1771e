"""Return the coefficient of determination of the fitted line."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, distinct

from ._shared import degenerate_edges, easy_edges, points


def r_squared(feature: list[float], target: list[float]) -> float:
    """Return the coefficient of determination of the fitted line."""
    mean_x = sum(feature) / len(feature)
    mean_y = sum(target) / len(target)
    shared = sum(
        (x - mean_x) * (y - mean_y) for x, y in zip(feature, target)
    )
    spread_x = sum((x - mean_x) ** 2 for x in feature)
    return shared**2 / (spread_x * sum((y - mean_y) ** 2 for y in target))


def r_squared_level_2(feature: list[float], target: list[float]) -> float:
    """Return the coefficient of determination of the fitted line."""
    if len(set(feature)) < 2 or len(set(target)) < 2:
        return 0.0
    mean_x = sum(feature) / len(feature)
    mean_y = sum(target) / len(target)
    shared = sum(
        (x - mean_x) * (y - mean_y) for x, y in zip(feature, target)
    )
    spread_x = sum((x - mean_x) ** 2 for x in feature)
    return shared**2 / (spread_x * sum((y - mean_y) ** 2 for y in target))


ordinary = points
edges = easy_edges


def edges_level_2(rng: Random) -> list[Args]:
    return [*degenerate_edges(rng), (distinct(rng, 4), [5.0] * 4)]


def oracle(xs: list[float], ys: list[float]) -> object:
    if len(xs) < 2 or np.ptp(xs) == 0 or np.ptp(ys) == 0:
        return 0.0
    return float(np.corrcoef(xs, ys)[0, 1]) ** 2
