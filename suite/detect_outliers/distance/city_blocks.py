"""Return the average walk from each stop to the nearest others."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import Point, kth, matrix, point_lists


def remote(stops: list[tuple[float, float]], near: int) -> list[float]:
    """Return the average walk from each stop to the nearest others."""
    means = []
    for place, (x, y) in enumerate(stops):
        rest = stops[:place] + stops[place + 1:]
        walks = sorted(abs(x - a) + abs(y - b) for a, b in rest)
        means.append(sum(walks[:near]) / near)
    return means


def remote_level_2(stops: list[tuple[float, float]], near: int) -> list[float]:
    """Return the average walk from each stop to the nearest others."""
    if len(stops) == 1:
        return [0.0]
    means = []
    for place, (x, y) in enumerate(stops):
        rest = stops[:place] + stops[place + 1:]
        walks = sorted(abs(x - a) + abs(y - b) for a, b in rest)
        means.append(sum(walks[:near]) / len(walks[:near]))
    return means


ordinary = kth


def edges(rng: Random) -> list[Args]:
    return [(points, rng.randint(1, 3)) for points in point_lists(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], 2),
        ([(1.0, float(rng.randint(1, 9)))], 2),
        ([(1.0, 1.0), (4.0, float(rng.randint(2, 9)))], 3),
        ([(1.0, 1.0), (1.0, 1.0), (-3.0, float(rng.randint(2, 9)))], 2),
        ([(1.0, 1.0), (2.0, 1.0), (-3.0, float(rng.randint(2, 9)))], 5),
    ]


def oracle(stops: list[Point], near: int) -> object:
    if len(stops) < 2:
        return [0.0] * len(stops)
    table = np.sort(matrix(stops, "cityblock"), axis=1)[:, : min(near, len(stops) - 1)]
    return [float(value) for value in table.mean(axis=1)]
