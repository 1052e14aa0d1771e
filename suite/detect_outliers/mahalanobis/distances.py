"""Return the Mahalanobis distance of each row."""

from typing import Any

import numpy as np

from ._shared import as_edges, distances, drawn


def mahalanobis(x: np.ndarray) -> np.ndarray:
    """Return the Mahalanobis distance of each row."""
    centred = x - x.mean(axis=0)
    inverse = np.linalg.inv(np.cov(x, rowvar=False))
    squared = np.sum(centred @ inverse * centred, axis=1)
    return np.asarray(np.sqrt(squared))


def mahalanobis_level_2(x: np.ndarray) -> np.ndarray:
    """Return the Mahalanobis distance of each row."""
    low, high = x.min(axis=0, initial=np.inf), x.max(axis=0, initial=-np.inf)
    varied = x[:, high > low]
    if varied.size == 0:
        return np.zeros(len(x))
    centred = varied - varied.mean(axis=0)
    inverse = np.linalg.inv(centred.T @ centred / (len(x) - 1))
    squared = np.sum(centred @ inverse * centred, axis=1)
    return np.asarray(np.sqrt(squared))


ordinary = drawn
edges = as_edges()[0]
edges_level_2 = as_edges()[1]


def oracle(x: np.ndarray) -> object:
    return np.array(distances(x))


def mistake_euclidean(x: Any) -> Any:
    return np.linalg.norm(x - x.mean(axis=0), axis=1)


def mistake_squared(x: Any) -> Any:
    d = x - x.mean(axis=0)
    return np.sum(d @ np.linalg.inv(np.cov(x.T)) * d, axis=1)
