"""Return the ridge weights of a linear model without intercept."""

from random import Random

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import Ridge

from parelha.tasks.draws import Args, numbers

from ._shared import draw_alpha


def ridge_weights(x: np.ndarray, y: np.ndarray, alpha: float) -> np.ndarray:
    """Return the ridge weights of a linear model without intercept."""
    gram = x.T @ x + alpha * np.eye(x.shape[1])
    return np.linalg.solve(gram, x.T @ y)


def ridge_weights_level_2(x: np.ndarray, y: np.ndarray, alpha: float) -> np.ndarray:
    """Return the ridge weights of a linear model without intercept."""
    known = ~np.isnan(y)
    x, y = x[known], y[known]
    gram = x.T @ x + alpha * np.eye(x.shape[1])
    return np.linalg.solve(gram, x.T @ y)


def ordinary(rng: Random, size: int) -> Args:
    num_columns = rng.randint(2, 3)
    rows = [numbers(rng, num_columns, -5.0, 5.0) for _ in range(size)]
    return np.array(rows), np.array(numbers(rng, size, -9.0, 9.0)), draw_alpha(rng)


def edges(rng: Random) -> list[Args]:
    return [
        (np.array([[1.0, 2.0]]), np.array(numbers(rng, 1)), 3.0),
        (np.array([[1.0], [2.0], [-4.0]]), np.array(numbers(rng, 3)), 0.25),
        (np.array([[1.0, 1.0], [2.0, 2.0]]), np.array(numbers(rng, 2)), 1.0),
    ]


def _gap_matrix(rng: Random) -> Args:
    x, y, alpha = ordinary(rng, 5)
    assert isinstance(y, np.ndarray)
    y[rng.randint(0, 3)] = np.nan
    return x, y, alpha


def edges_level_2(rng: Random) -> list[Args]:
    return [
        _gap_matrix(rng),
        _gap_matrix(rng),
        (np.array([numbers(rng, 2)]), np.array([np.nan]), 2.0),
    ]


Vector = npt.NDArray[np.float64]


def oracle(x: Vector, y: Vector, alpha: float) -> object:
    known = ~np.isnan(y)
    if not known.any():
        return np.zeros(x.shape[1])
    return Ridge(alpha=alpha, fit_intercept=False).fit(x[known], y[known]).coef_


def mistake_penalty_everywhere(x: np.ndarray, y: np.ndarray, alpha: float) -> np.ndarray:
    return np.linalg.solve(x.T @ x + alpha, x.T @ y)
