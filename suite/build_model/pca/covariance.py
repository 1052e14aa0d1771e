"""Return the sample covariance matrix of points in the plane."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import cloud


def covariance(points: list[list[float]]) -> list[list[float]]:
    """Return the sample covariance matrix of points in the plane."""
    columns = list(zip(*points))
    means = [sum(column) / len(points) for column in columns]
    rows = [[a - mean for a in own] for own, mean in zip(columns, means)]
    return [
        [sum(a * b for a, b in zip(u, v)) / (len(points) - 1) for v in rows]
        for u in rows
    ]


def covariance_level_2(points: list[list[float] | None]) -> list[list[float]]:
    """Return the sample covariance matrix of points in the plane."""
    known = [point for point in points if point is not None]
    if len(known) < 2:
        return [[0.0, 0.0], [0.0, 0.0]]
    columns = list(zip(*known))
    means = [sum(column) / len(known) for column in columns]
    rows = [[a - mean for a in own] for own, mean in zip(columns, means)]
    return [
        [sum(a * b for a, b in zip(u, v)) / (len(known) - 1) for v in rows]
        for u in rows
    ]


def ordinary(rng: Random, size: int) -> Args:
    return (cloud(rng, size, 2).tolist(),)


def edges(rng: Random) -> list[Args]:
    return [
        ([numbers(rng, 2), numbers(rng, 2)],),
        ([[1.0, 4.0], [2.0, 4.0], [4.0, 4.0], numbers(rng, 2)],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None, numbers(rng, 2)],),
        ([numbers(rng, 2), None, numbers(rng, 2), None],),
        ([None, None],),
    ]


def oracle(rows: list[list[float] | None]) -> object:
    known = [row for row in rows if row is not None]
    if len(known) < 2:
        return [[0.0, 0.0], [0.0, 0.0]]
    found = np.cov(np.array(known).T)
    return [[float(v) for v in row] for row in found]
