"""Return the coefficients of the least-squares parabola."""

from random import Random

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import Args, distinct, numbers


def fit_parabola(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the coefficients of the least-squares parabola."""
    return np.polyfit(x, y, 2)[::-1]


def fit_parabola_level_2(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the coefficients of the least-squares parabola."""
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    result = np.zeros(3)
    size = min(len(np.unique(x)), 3)
    if size > 0:
        result[:size] = np.polyfit(x, y, size - 1)[::-1]
    return result


def ordinary(rng: Random, size: int) -> Args:
    c0, c1, c2 = (rng.uniform(-5.0, 5.0) for _ in range(3))
    x = np.array(distinct(rng, size, -6, 12))
    noise = np.array(numbers(rng, size, -2.0, 2.0))
    return x, np.round(c0 + c1 * x + c2 * x**2 + noise, 1)


def edges(rng: Random) -> list[Args]:
    return [
        (np.array([0.0, 1.0, 2.0]), np.array(numbers(rng, 3))),
        (np.array([1.0, 1.0, 2.0, 4.0]), np.array(numbers(rng, 4))),
        (np.array([-1.0, 0.0, 1.0, 2.0]), np.array([1.0, 0.0, 1.0, 4.0]) * rng.randint(2, 9)),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (np.array([2.0, 2.0, 5.0]), np.array(numbers(rng, 3))),
        (np.array([3.0, 3.0]), np.array(numbers(rng, 2))),
        (np.array([3.0, 1.0, 2.0, 7.0]), np.array([np.nan, *numbers(rng, 3)])),
        (np.array([3.0, 1.0, 2.0]), np.array([np.nan, *numbers(rng, 2)])),
        (np.array([float(rng.randint(1, 9))]), np.array([np.nan])),
    ]


Vector = npt.NDArray[np.float64]


def oracle(x: Vector, y: Vector) -> object:
    known = ~np.isnan(y)
    degree = min(len(np.unique(x[known])) - 1, 2)
    found = np.zeros(3)
    if degree >= 0:
        matrix = np.vander(x[known], degree + 1, increasing=True)
        found[: degree + 1] = np.linalg.lstsq(matrix, y[known], rcond=None)[0]
    return found


def mistake_highest_first(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.polyfit(x, y, 2)
