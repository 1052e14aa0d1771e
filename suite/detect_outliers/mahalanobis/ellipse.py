"""Return how many people lie outside an ellipse."""

from random import Random

import numpy as np
from scipy.spatial import distance

from parelha.tasks.draws import Args

from ._shared import Matrix, matrix, tables


def outside(height: np.ndarray, weight: np.ndarray, bound: float) -> int:
    """Return how many people lie outside an ellipse."""
    u = (height - height.mean()) / height.std()
    v = (weight - weight.mean()) / weight.std()
    r = np.mean(u * v)
    return int(np.sum(u * u - 2 * r * u * v + v * v > bound * (1 - r * r)))


def outside_level_2(height: np.ndarray, weight: np.ndarray, bound: float) -> int:
    """Return how many people lie outside an ellipse."""
    if len(height) < 3 or 0 in (np.ptp(height), np.ptp(weight)):
        return 0
    u = (height - height.mean()) / height.std()
    v = (weight - weight.mean()) / weight.std()
    r = np.mean(u * v)
    return int(np.sum(u * u - 2 * r * u * v + v * v > bound * (1 - r * r)))


def ordinary(rng: Random, size: int) -> Args:
    table = matrix(rng, size)
    return table[:, 0].copy(), table[:, 1].copy(), rng.choice((1.501, 2.003, 4.007))


def edges(rng: Random) -> list[Args]:
    return [
        (np.array([1.0, 2.0, 3.0]), np.array([1.0, float(rng.randint(5, 9)), 2.0]), 1.7),
        *((t[:, 0].copy(), t[:, 1].copy(), 1.203) for t in tables(rng)),
        *((*ordinary(rng, 12)[:2], bound) for bound in (0.303, 0.907)),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (np.zeros(0), np.zeros(0), 1.1),
        (np.array([1.0, 2.0]), np.array([5.0, float(rng.randint(6, 9))]), 0.4),
        (np.full(4, 3.0), np.array([1.0, 2.0, 3.0, float(rng.randint(6, 9))]), 0.4),
        (np.array([1.0, 2.0, 3.0, float(rng.randint(6, 9))]), np.full(4, 3.0), 0.4),
    ]


def oracle(height: Matrix, weight: Matrix, bound: float) -> object:
    if len(height) < 3 or np.ptp(height) == 0 or np.ptp(weight) == 0:
        return 0
    table = np.column_stack([height, weight])
    inverse = np.linalg.inv(np.cov(table.T, ddof=0))
    centre = table.mean(axis=0)
    return sum(float(distance.mahalanobis(row, centre, inverse)) ** 2 > bound for row in table)
