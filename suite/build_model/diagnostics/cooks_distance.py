"""Return Cook's distance of every trial."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LinearRegression

from parelha.tasks.draws import Args, numbers


def cook(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return Cook's distance of every trial."""
    result = np.full(len(x), np.nan)
    known = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    design = np.column_stack([np.ones(known.sum()), x[known]])
    m, q = design.shape
    if m > q:
        inverse = np.linalg.inv(design.T @ design)
        lever = ((design @ inverse) * design).sum(axis=1)
        misses = y[known] - design @ (inverse @ (design.T @ y[known]))
        noise = (misses**2).sum() / (m - q)
        result[known] = misses**2 / (q * noise) * lever / (1 - lever) ** 2
    return result


def ordinary(rng: Random, size: int) -> Args:
    rows = [numbers(rng, 2, -9.0, 9.0) for _ in range(size)]
    ys = [round(3.0 + 2.0 * a - b + rng.gauss(0.0, 4.0), 1) for a, b in rows]
    if size < 6:  # a plane needs more points than that to leave residuals
        rows = [row[:1] for row in rows]
    return np.array(rows), np.array(ys)


def edges(rng: Random) -> list[Args]:
    ys = numbers(rng, 6)
    one = np.array([[1.0], [2.0], [3.0], [4.0], [5.0], [60.0]])
    return [
        (one, np.array(ys)),
        (one, np.array([math.nan, *ys[1:]])),
        (one[:2], np.array(ys[:2])),
        (np.array([[1.0], [2.0], [math.nan], [9.0], [5.0]]), np.array(ys[:5])),
        (np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [2.0, 2.5]]), np.array(ys[:4])),
    ]


Matrix = npt.NDArray[np.float64]


def oracle(x: Matrix, y: Matrix) -> object:
    result = np.full(len(x), np.nan)
    known = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    a, b = x[known], y[known]
    width = x.shape[1] + 1
    if len(a) <= width:
        return result
    full = LinearRegression().fit(a, b)
    noise = float(((b - full.predict(a)) ** 2).sum()) / (len(a) - width)
    found = []
    for place in range(len(a)):  # the definition: refit without each point in turn
        rest = np.arange(len(a)) != place
        without = LinearRegression().fit(a[rest], b[rest])
        if np.linalg.matrix_rank(np.column_stack([np.ones(rest.sum()), a[rest]])) < width:
            return NotImplemented
        moved = full.predict(a) - without.predict(a)
        found.append(float(moved @ moved) / (width * noise))
    result[known] = found
    return result
