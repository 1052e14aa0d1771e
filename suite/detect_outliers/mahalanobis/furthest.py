"""Return the index of the row with the largest distance."""

import numpy as np

from ._shared import as_edges, distances, drawn


def most_unusual(x: np.ndarray) -> int:
    """Return the index of the row with the largest distance."""
    centred = x - x.mean(axis=0)
    inverse = np.linalg.inv(np.cov(x, rowvar=False))
    squared = np.sum(centred @ inverse * centred, axis=1)
    return int(np.argmax(squared))


def most_unusual_level_2(x: np.ndarray) -> int:
    """Return the index of the row with the largest distance."""
    low, high = x.min(axis=0, initial=np.inf), x.max(axis=0, initial=-np.inf)
    varied = x[:, high > low]
    if varied.size == 0:
        return -1
    centred = varied - varied.mean(axis=0)
    inverse = np.linalg.inv(centred.T @ centred / (len(x) - 1))
    squared = np.sum(centred @ inverse * centred, axis=1)
    return int(np.argmax(squared))


ordinary = drawn
edges = as_edges()[0]
edges_level_2 = as_edges()[1]


def oracle(x: np.ndarray) -> object:
    return int(np.argmax(distances(x))) if any(distances(x)) else -1


def mistake_by_columns(x: np.ndarray) -> int:
    return int(np.argmax(np.linalg.norm((x - x.mean(0)) / x.std(0), axis=1)))
