"""Return the indices of the rows with the largest robust scores."""

from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args

from ._shared import Matrix, draw_table


def highest(cloud: np.ndarray, top: int) -> list[int]:
    """Return the indices of the rows with the largest robust scores."""
    places = np.flatnonzero(~np.isnan(cloud).any(axis=1))
    if len(places) == 0:
        return []
    away = cloud[places] - np.median(cloud[places], axis=0)
    spread = np.median(np.abs(away), axis=0)
    scaled = away[:, spread > 0] / spread[spread > 0]
    scores = np.round(np.sum(scaled**2, axis=1), 9)
    ranked = np.argsort(-scores, kind="stable")
    return [int(place) for place in places[ranked[:top]]]


def ordinary(rng: Random, size: int) -> Args:
    return draw_table(rng, size, 3, 0.03).round(0), rng.randint(1, 2 + size // 50)


def edges(rng: Random) -> list[Args]:
    return [
        (np.zeros((0, 2)), 3),
        (np.full((3, 2), np.nan), rng.randint(1, 3)),
        (np.array([[1.0, 2.0]] * 4 + [[9.0, float(rng.randint(3, 9))]]), 2),
        (np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [9.0, float(rng.randint(6, 90))]]), 2),
        (np.array([[-4.0], [1.0], [2.0], [np.nan], [3.0], [8.0 + rng.randint(0, 3)]]), 9),
        (
            np.array([[-4.0, 1.0], [1.0, 2.0], [2.0, 3.0], [3.0, 4.0], [8.0, 1.0]]),
            rng.randint(3, 4),
        ),
    ]


def oracle(cloud: Matrix, top: int) -> object:
    whole = [place for place in range(len(cloud)) if not np.isnan(cloud[place]).any()]
    if not whole:
        return []
    scores = np.zeros(len(whole))
    for column in cloud[whole].T:
        spread = stats.median_abs_deviation(column)
        if spread > 0:
            scores += ((column - np.median(column)) / spread) ** 2
    ranked = sorted(zip(-scores.round(9), whole, strict=True))
    return [place for _, place in ranked[:top]]
