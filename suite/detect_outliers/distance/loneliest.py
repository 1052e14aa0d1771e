"""Return the index of the point whose nearest neighbour is furthest."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import Point, draw_points, matrix, point_lists


def loneliest(points: list[tuple[float, float]]) -> int:
    """Return the index of the point whose nearest neighbour is furthest."""
    nearest = []
    for i, point in enumerate(points):
        others = points[:i] + points[i + 1:]
        nearest.append(min(math.dist(point, other) for other in others))
    return nearest.index(max(nearest))


def loneliest_level_2(points: list[tuple[float, float]]) -> int:
    """Return the index of the point whose nearest neighbour is furthest."""
    if len(points) < 2:
        return len(points) - 1
    nearest = []
    for i, point in enumerate(points):
        others = points[:i] + points[i + 1:]
        nearest.append(min(math.dist(point, other) for other in others))
    return nearest.index(max(nearest))


def ordinary(rng: Random, size: int) -> Args:
    return (draw_points(rng, size),)


def edges(rng: Random) -> list[Args]:
    return [(points,) for points in point_lists(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([(1.0, float(rng.randint(1, 9)))],),
        ([(1.0, 1.0), (1.0, float(rng.randint(2, 9)))],),
        ([(1.0, 1.0), (1.0, 1.0), (2.0, 1.0), (2.0, float(rng.randint(7, 9)))],),
        ([(0.0, 0.0), (0.0, 1.0), (0.0, 9.0), (0.0, 17.0), (float(rng.randint(1, 5)), 0.0)],),
    ]


def oracle(points: list[Point]) -> object:
    if len(points) < 2:
        return len(points) - 1
    return int(np.argmax(matrix(points).min(axis=1)))
