"""Return the distance of each point to its k-th neighbour."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import Point, kth, matrix, point_lists


def score(points: list[tuple[float, float]], k: int) -> list[float]:
    """Return the distance of each point to its k-th neighbour."""
    scores = []
    for i, point in enumerate(points):
        others = points[:i] + points[i + 1:]
        gaps = sorted(math.dist(point, other) for other in others)
        scores.append(gaps[k - 1])
    return scores


def score_level_2(points: list[tuple[float, float]], k: int) -> list[float]:
    """Return the distance of each point to its k-th neighbour."""
    if len(points) <= k:
        return [math.inf] * len(points)
    scores = []
    for i, point in enumerate(points):
        others = points[:i] + points[i + 1:]
        gaps = sorted(math.dist(point, other) for other in others)
        scores.append(gaps[k - 1])
    return scores


ordinary = kth


def edges(rng: Random) -> list[Args]:
    return [(points, rng.randint(1, 3)) for points in point_lists(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], 1),
        ([(1.0, float(rng.randint(1, 9)))], 1),
        ([(1.0, 2.0), (1.0, 2.0), (4.0, float(rng.randint(6, 60)))], 1),
        ([(1.0, 2.0), (1.0, 2.0), (4.0, float(rng.randint(6, 60)))], 2),
        ([(1.0, 2.0), (5.0, 2.0), (4.0, float(rng.randint(6, 60)))], 3),
    ]


def oracle(points: list[Point], k: int) -> object:
    if len(points) <= k:
        return [float("inf")] * len(points)
    return [float(row[k - 1]) for row in np.sort(matrix(points), axis=1)]


def mistake_counts_itself_as_first(points: list[tuple[float, float]], k: int) -> list[float]:
    return [sorted(math.dist(p, q) for q in points)[k - 1] for p in points]
