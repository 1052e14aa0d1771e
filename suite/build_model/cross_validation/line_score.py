"""Return the cross-validated RMSE of a straight line."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LinearRegression

from parelha.tasks.draws import Args, numbers


def score(x: np.ndarray, y: np.ndarray, k: int) -> float:
    """Return the cross-validated RMSE of a straight line."""
    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    if len(x) < k:
        return 0.0
    total = 0.0
    for fold in range(k):
        test = np.arange(len(x)) % k == fold
        degree = 1 if np.ptp(x[~test]) > 0 else 0
        line = np.polyfit(x[~test], y[~test], degree)
        total += ((y[test] - np.polyval(line, x[test])) ** 2).sum()
    return float(np.sqrt(total / len(x)))


def ordinary(rng: Random, size: int) -> Args:
    slope, start = rng.uniform(-3.0, 3.0), rng.uniform(-9.0, 9.0)
    size = max(size, 6)
    xs = numbers(rng, size, -9.0, 9.0)
    ys = [round(start + slope * x + rng.gauss(0.0, 3.0), 1) for x in xs]
    return np.array(xs), np.array(ys), rng.randint(2, 3) if size < 12 else rng.randint(2, 10)


def edges(rng: Random) -> list[Args]:
    gap = math.nan
    ys = numbers(rng, 6)
    return [
        (np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.0, 5.0, 7.0, 9.0]) + rng.randint(1, 9), 4),
        (np.array([5.0, 5.0, 5.0, 5.0]), np.array(ys[:4]), 2),
        (np.array([5.0, 5.0, 5.0, 7.0]), np.array(ys[:4]), 4),
        (np.array([1.0, gap, 2.0, 4.0, 6.0, 7.0]), np.array([*ys[:5], gap]), 2),
        (np.array([1.0]), np.array(ys[:1]), 2),
        (np.array([gap, 1.0, 4.0]), np.array(ys[:3]), 2),
    ]


Vector = npt.NDArray[np.float64]


def oracle(x: Vector, y: Vector, k: int) -> object:
    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    if len(x) < k:
        return 0.0
    squares = np.zeros(len(x))
    for fold in range(k):
        test = np.arange(len(x)) % k == fold
        if np.ptp(x[~test]) == 0.0:
            squares[test] = (y[test] - y[~test].mean()) ** 2
        else:
            model = LinearRegression().fit(x[~test, np.newaxis], y[~test])
            squares[test] = (y[test] - model.predict(x[test, np.newaxis])) ** 2
    return float(np.sqrt(squares.mean()))
