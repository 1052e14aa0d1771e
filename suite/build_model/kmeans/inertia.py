"""Return the inertia of points around their centres."""

from random import Random

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from parelha.tasks.draws import Args, numbers


def inertia(points: np.ndarray, centres: np.ndarray) -> float:
    """Return the inertia of points around their centres."""
    gaps = points[:, np.newaxis, :] - centres
    return float((gaps**2).sum(axis=2).min(axis=1).sum())


def inertia_level_2(points: np.ndarray, centres: np.ndarray) -> float:
    """Return the inertia of points around their centres."""
    kept = points[~np.isnan(points).any(axis=1)]
    gaps = kept[:, np.newaxis, :] - centres
    return float((gaps**2).sum(axis=2).min(axis=1).sum())


def ordinary(rng: Random, size: int) -> Args:
    points = np.array([numbers(rng, 2, -9.0, 9.0) for _ in range(size)])
    return points, np.array([numbers(rng, 2, -9.0, 9.0) for _ in range(rng.randint(2, 3))])


def edges(rng: Random) -> list[Args]:
    return [
        (np.array([[1.0], [4.0], [6.0]]), np.array([[float(rng.randint(1, 9))]])),
        (np.array([numbers(rng, 3)]), np.array([numbers(rng, 3), numbers(rng, 3)])),
        (np.array([[1.0, 2.0], [3.0, 3.0]]), np.array([[3.0, 3.0], [1.0, 2.0]])),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (np.zeros((0, 2)), np.array([[1.0, float(rng.randint(1, 9))]])),
        (np.array([[np.nan, 1.0], numbers(rng, 2)]), np.array([[2.0, 3.0], [0.0, 0.0]])),
        (np.array([[2.0, np.nan]]), np.array([numbers(rng, 2)])),
    ]


Vector = npt.NDArray[np.float64]


def oracle(points: Vector, centres: Vector) -> object:
    kept = points[~np.isnan(points).any(axis=1)]
    if len(kept) == 0:
        return 0.0
    return float(np.sum(cdist(kept, centres, "sqeuclidean").min(axis=1)))


def mistake_not_squared(points: np.ndarray, centres: np.ndarray) -> float:
    gaps = points[:, None, :] - centres
    return float(np.sqrt((gaps**2).sum(axis=2)).min(axis=1).sum())
