"""Return threshold and leaf means of the best regression stump."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def fit(xs: list[float], ys: list[float]) -> tuple[float, float, float]:
    """Return threshold and leaf means of the best regression stump."""
    points = sorted((x, y) for x, y in zip(xs, ys) if not math.isnan(y))
    n, total = len(points), sum(y for _, y in points)
    mean = total / n if points else 0.0
    gains = []
    running = 0.0
    for i, ((x, y), (after, _)) in enumerate(zip(points, points[1:]), start=1):
        running += y
        if x < after:
            left, right = running / i, (total - running) / (n - i)
            gain = i * (n - i) / n * (left - right) ** 2
            gains.append((-round(gain, 6), (x + after) / 2, left, right))
    return min(gains)[1:] if gains else (0.0, mean, mean)


def ordinary(rng: Random, size: int) -> Args:
    cut = rng.uniform(3.0, 7.0)
    xs = [round(rng.uniform(0.0, 10.0), 1 if size < 300 else 2) for _ in range(size)]
    return xs, [round(rng.gauss(5.0 if x > cut else 1.0, 1.0), 2) for x in xs]


def edges(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([2.0, 2.0, 2.0], [1.0, 5.0, float(rng.randint(6, 9))]),
        ([1.0, 2.0, 3.0], [4.0, 4.0, 4.0]),
        ([1.0, 2.0, 3.0, 4.0], [0.0, 6.0, 6.0, 0.0]),
        ([5.0, 1.0, 5.0, 1.0, 9.0], [math.nan, *numbers(rng, 3), 200.0]),
        ([1.0, 2.0], [math.nan, 4.0]),
    ]


def oracle(xs: list[float], ys: list[float]) -> object:
    if len(xs) > 300:  # quadratic
        return NotImplemented
    x, y = np.array(xs), np.array(ys)
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    places = np.unique(x)
    if len(places) < 2:
        mean = float(y.mean()) if len(y) else 0.0
        return 0.0, mean, mean
    errors = []
    for low in places[:-1]:
        left, right = y[x <= low], y[x > low]
        errors.append(len(left) * left.var() + len(right) * right.var())
    best = int(np.argmin(np.round(errors, 6)))
    side = x <= places[best]
    middle = float(places[best] + places[best + 1]) / 2.0
    return middle, float(y[side].mean()), float(y[~side].mean())
