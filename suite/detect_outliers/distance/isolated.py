"""Return the indices of points with few others around them."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import Point, draw_points, matrix, point_lists


def lone(points: list[list[float]], radius: float, least: int) -> list[int]:
    """Return the indices of points with few others around them."""
    isolated = []
    for i, point in enumerate(points):
        others = points[:i] + points[i + 1:]
        if sum(math.dist(point, other) <= radius for other in others) < least:
            isolated.append(i)
    return isolated


def ordinary(rng: Random, size: int) -> Args:
    points = [list(point) for point in draw_points(rng, size)]
    return points, rng.choice((1.2, 2.1, 3.3)), rng.randint(1, 3)


def edges(rng: Random) -> list[Args]:
    return [
        ([list(point) for point in points], radius, least)
        for points in point_lists(rng)
        for radius, least in ((4.7, 1), (1.6, 2))
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], 1.0, 1),
        ([[2.0, float(rng.randint(1, 9))]], 50.0, 1),
        ([[0.0, 0.0], [3.0, 4.0], [3.0, 4.0], [0.0, float(rng.randint(-30, -9))]], 5.0, 2),
        ([[1.0, 1.0], [1.0, 1.0], [1.0, float(rng.randint(9, 30))]], 0.0, 1),
    ]


def oracle(points: list[Point], radius: float, least: int) -> object:
    near = (matrix(points) <= radius).sum(axis=1)
    return [int(i) for i in np.flatnonzero(near < least)]


def mistake_counts_itself_as_near(
    points: list[list[float]], radius: float, least: int
) -> list[int]:
    near = [sum(math.dist(p, q) <= radius for q in points) for p in points]
    return [i for i, count in enumerate(near) if count < least]
