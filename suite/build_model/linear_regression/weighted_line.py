"""Return slope and intercept of the weighted least-squares line."""

import math
from random import Random

import numpy as np
from sklearn.linear_model import LinearRegression

from parelha.tasks.draws import Args, numbers


def fit(xs: list[float], ys: list[float], w: list[float]) -> list[float]:
    """Return slope and intercept of the weighted least-squares line."""
    rows = zip(xs, ys, w)
    used = [(x, y, a) for x, y, a in rows if a > 0 and not math.isnan(y)]
    if not used:
        return [0.0, 0.0]
    total = sum(a for _, _, a in used)
    mean_x = sum(a * x for x, _, a in used) / total
    mean_y = sum(a * y for _, y, a in used) / total
    if len({x for x, _, _ in used}) == 1:
        return [0.0, mean_y]
    top = sum(a * (x - mean_x) * y for x, y, a in used)
    slope = top / sum(a * (x - mean_x) ** 2 for x, _, a in used)
    return [slope, mean_y - slope * mean_x]


def ordinary(rng: Random, size: int) -> Args:
    slope = rng.uniform(-4.0, 4.0)
    xs = numbers(rng, size, -9.0, 9.0)
    ys: list[float] = [round(slope * x + rng.gauss(7.0, 3.0), 1) for x in xs]
    if size > 9:
        ys[rng.randint(0, size - 1)] = math.nan
    return xs, ys, [float(rng.randint(0, 4) or 1) for _ in xs]


def edges(rng: Random) -> list[Args]:
    return [
        ([], [], []),
        ([1.0, 2.0], numbers(rng, 2), [0.0, 0.0]),
        ([1.0, 2.0, 3.0], [*numbers(rng, 2), math.nan], [1.0, 0.0, 5.0]),
        ([4.0, 4.0, 1.0], numbers(rng, 3), [1.0, 3.0, 0.0]),
        ([1.0, 2.0, 5.0], numbers(rng, 3), [1.0, -1.0, 2.0]),
        ([0.1, 0.1, 0.1], numbers(rng, 3), [1.0, 2.0, 4.0]),
    ]


def oracle(xs: list[float], ys: list[float], weights: list[float]) -> object:
    known = [
        row for row in zip(xs, ys, weights, strict=True) if row[2] > 0.0 and not math.isnan(row[1])
    ]
    if not known:
        return [0.0, 0.0]
    x, y, w = np.array(known).T
    if np.ptp(x) == 0.0:
        return [0.0, float(np.average(y, weights=w))]
    model = LinearRegression().fit(x[:, np.newaxis], y, sample_weight=w)
    return [float(model.coef_[0]), float(model.intercept_)]
