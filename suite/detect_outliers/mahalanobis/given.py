"""Return the distance of each row to a given centre."""

import math
from random import Random

import numpy as np
from scipy.spatial import distance

from parelha.tasks.draws import Args

from ._shared import matrix


def to(x: np.ndarray, centre: np.ndarray, inverse: np.ndarray) -> list[float]:
    """Return the distance of each row to a given centre."""
    away = x - centre
    return [math.sqrt(row @ inverse @ row) for row in away]


def to_level_2(x: np.ndarray, centre: np.ndarray, inverse: np.ndarray) -> list[float]:
    """Return the distance of each row to a given centre."""
    used = ~np.isnan(centre)
    away = (x - centre)[:, used]
    inner = inverse[used][:, used]
    return [math.sqrt(row @ inner @ row) for row in away]


def ordinary(rng: Random, size: int) -> Args:
    table = matrix(rng, size)
    return table, table[0] + 0.5, np.linalg.inv(np.cov(table.T)).round(4)


def edges(rng: Random) -> list[Args]:
    return [
        (np.array([[3.0, 4.0], [0.0, float(rng.randint(1, 9))]]), np.zeros(2), np.eye(2)),
        (np.array([[1.0, 2.0]]), np.array([1.0, 2.0]), np.eye(2)),
        (matrix(rng, 5, 3), np.full(3, 20.0), np.diag([0.5, 0.25, 2.0])),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (np.zeros((0, 2)), np.zeros(2), np.eye(2)),
        (matrix(rng, 4, 3), np.array([1.0, np.nan, 2.0]), np.diag([1.0, 9.0, 0.25])),
        (matrix(rng, 4, 2), np.array([np.nan, 2.0]), np.array([[2.0, 0.5], [0.5, 1.0]])),
    ]


def oracle(x: np.ndarray, centre: np.ndarray, inverse: np.ndarray) -> object:
    return [float(distance.mahalanobis(np.nan_to_num(row - centre), 0 * row, inverse)) for row in x]
