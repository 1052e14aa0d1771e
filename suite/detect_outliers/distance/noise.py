"""Return the indices of points that are not near a dense one."""

from math import dist
from random import Random
from typing import Any

import numpy as np
from sklearn.cluster import DBSCAN

from parelha.tasks.draws import Args

from ._shared import cloud


def noise(points: list[list[float] | None], r: float, least: int) -> list[int]:
    """Return the indices of points that are not near a dense one."""
    known = [(i, point) for i, point in enumerate(points) if point is not None]
    near = {
        i: [j for j, other in known if dist(point, other) <= r]
        for i, point in known
    }
    dense = {i for i, others in near.items() if len(others) >= least}
    return [i for i, others in near.items() if dense.isdisjoint(others)]


def ordinary(rng: Random, size: int) -> Args:
    points: list[Any] = [list(point) for point in cloud(rng, size)]
    for _ in range(size // 20):
        points[rng.randrange(size)] = None
    return points, rng.choice((0.70001, 1.20003)), rng.randint(2, 5)


def edges(rng: Random) -> list[Args]:
    return [
        ([], 1.0, 2),
        ([None, [1.0, float(rng.randint(1, 9))], None], 1.0, 2),
        ([[1.0, float(rng.randint(1, 9))], None], 1.0, 1),
        # A chain: only its middle is dense, and its ends are near it.
        ([[0.0, 0.0], [0.0, 2.0], None, [0.0, 4.0], [0.0, 4.0 + rng.randint(3, 9)]], 2.0, 3),
        (
            [[0.0, 0.0], [3.0, 4.0], [6.0, 8.0], [9.0, 12.5], [0.0, 30.0 + rng.randint(0, 9)]],
            5.0,
            2,
        ),
        ([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [2.0, float(rng.randint(5, 9))]], 0.0, 3),
    ]


def oracle(points: list[list[float] | None], radius: float, least: int) -> object:
    known = [place for place, point in enumerate(points) if point is not None]
    if not known or radius == 0:  # scikit-learn wants a positive radius
        return NotImplemented if known else []
    table = np.array([points[place] for place in known])
    found = DBSCAN(eps=radius, min_samples=least).fit(table).labels_
    return [place for place, label in zip(known, found, strict=True) if label == -1]
