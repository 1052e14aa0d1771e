"""Return a flag for each row: is its squared distance large?"""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, redraw

from ._shared import as_edges, distances, drawn


def far_rows(x: np.ndarray, limit: float) -> list[bool]:
    """Return a flag for each row: is its squared distance large?"""
    centred = x - x.mean(axis=0)
    inverse = np.linalg.inv(np.cov(x, rowvar=False))
    squared = np.sum(centred @ inverse * centred, axis=1)
    return [bool(value > limit) for value in squared]


def far_rows_level_2(x: np.ndarray, limit: float) -> list[bool]:
    """Return a flag for each row: is its squared distance large?"""
    low, high = x.min(axis=0, initial=np.inf), x.max(axis=0, initial=-np.inf)
    varied = x[:, high > low]
    if varied.size == 0:
        return [False] * len(x)
    centred = varied - varied.mean(axis=0)
    inverse = np.linalg.inv(centred.T @ centred / (len(x) - 1))
    squared = np.sum(centred @ inverse * centred, axis=1)
    return [bool(value > limit) for value in squared]


def ordinary(rng: Random, size: int) -> Args:
    table = drawn(rng, size)[0]
    squares = np.square(distances(table))  # type: ignore[arg-type]
    limit = redraw(
        lambda: [round(rng.uniform(0.5, 5.0), 2)],
        lambda limits: float(np.abs(squares - limits[0]).min()) > 1e-3,
    )[0]
    return table, limit


edges = as_edges(2.2503)[0]
edges_level_2 = as_edges(1.0503)[1]


def oracle(x: np.ndarray, limit: float) -> object:
    return [d * d > limit for d in distances(x)]


def mistake_squared_flags(x: np.ndarray, limit: float) -> list[bool]:
    d = x - x.mean(axis=0)
    squared = np.sum(d @ np.linalg.inv(np.cov(x.T)) * d, axis=1)
    return [bool(v > limit) for v in np.sqrt(squared)]
