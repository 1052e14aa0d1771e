"""Return ridge coefficients and intercept on the original scale."""

from random import Random

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import Ridge

from parelha.tasks.draws import Args, numbers


def fit(x: np.ndarray, y: np.ndarray, alpha: float) -> np.ndarray:
    """Return ridge coefficients and intercept on the original scale."""
    keep = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    if not keep.any():
        return np.zeros(x.shape[1] + 1)
    x, y = x[keep], y[keep]
    centre = x.mean(axis=0)
    scale = np.where(np.ptp(x, axis=0) > 0, x.std(axis=0), 1.0)
    z = (x - centre) / scale
    gram = z.T @ z + alpha * np.eye(x.shape[1])
    coefficients = np.linalg.solve(gram, z.T @ y) / scale
    return np.append(coefficients, y.mean() - centre @ coefficients)


def ordinary(rng: Random, size: int) -> Args:
    rows = [[*numbers(rng, 2, -9.0, 9.0), rng.randint(0, 4) * 100.0] for _ in range(size)]
    ys = [round(2.0 * a - b + c / 50.0 + rng.gauss(5.0, 3.0), 1) for a, b, c in rows]
    return np.array(rows), np.array(ys), rng.choice([0.5, 2.0, 10.0])


def edges(rng: Random) -> list[Args]:
    gap = np.nan
    ys = np.array(numbers(rng, 4))
    return [
        (np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0], [8.0, 5.0]]), ys, 1.0),
        (np.array([[1.0, 5.0], [2.0, gap], [4.0, 6.0], [8.0, 5.0]]), ys, 1.0),
        (np.array([[1.0], [2.0], [4.0], [9.0]]), np.array([gap, *ys[1:]]), 3.0),
        (np.array([[gap, 1.0], [2.0, gap]]), ys[:2], 1.0),
        (np.array([[3.0, 1.0], [gap, 2.0]]), ys[:2], 1.0),
    ]


Vector = npt.NDArray[np.float64]


def oracle(x: Vector, y: Vector, alpha: float) -> object:
    keep = ~(np.isnan(x).any(axis=1) | np.isnan(y))
    if not keep.any():
        return np.zeros(x.shape[1] + 1)
    x, y = x[keep], y[keep]
    scale = np.where(np.ptp(x, axis=0) == 0, 1.0, x.std(axis=0))
    model = Ridge(alpha=alpha).fit(x / scale, y)
    return np.append(model.coef_ / scale, model.intercept_)
