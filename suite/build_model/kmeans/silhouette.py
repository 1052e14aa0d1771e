"""Return the average silhouette of grouped points."""

from random import Random

import numpy as np
import numpy.typing as npt
from sklearn.metrics import silhouette_score

from parelha.tasks.draws import Args, numbers

from ._shared import Vector, blobs


def silhouette(x: np.ndarray, own: np.ndarray) -> float:
    """Return the average silhouette of grouped points."""
    names, own = np.unique(own, return_inverse=True)
    if len(names) < 2:
        return 0.0
    gaps = np.sqrt(((x[:, np.newaxis, :] - x) ** 2).sum(axis=2))
    member = np.eye(len(names))[own]
    counts = member.sum(axis=0)
    totals = gaps @ member
    rows = np.arange(len(x))
    near = totals[rows, own] / np.maximum(counts[own] - 1, 1)
    means = totals / counts
    means[rows, own] = np.inf
    other = means.min(axis=1)
    scores = (other - near) / np.maximum(other, near)
    return float(np.where(counts[own] > 1, scores, 0.0).mean())


def ordinary(rng: Random, size: int) -> Args:
    size = max(min(size, 120), 4)
    rows = blobs(rng, size, 2.0)
    own = [rng.randint(0, 2) if rng.random() < 0.3 else int(x > 6.0) for x, _ in rows]
    own[:3] = [0, 1, 1]
    return np.array(rows), np.array(own)


def edges(rng: Random) -> list[Args]:
    return [
        (np.zeros((0, 2)), np.array([], dtype=int)),
        (np.array([numbers(rng, 2), [900.0, 3.0]]), np.array([1, 1])),
        (np.array([[1.0], [2.0], [7.0], [9.0]]), np.array([5, 5, 3, 3])),
        (np.array([[1.0], [2.0], [float(rng.randint(4, 9))]]), np.array([0, 0, 7])),
        (np.array([[1.0], [6.0], [3.0], [8.0], [4.0]]), np.array([0, 0, 1, 1, 2])),
    ]


def _silhouette_oracle(x: Vector, own: npt.NDArray[np.int64]) -> object:
    if not 2 <= len(set(own.tolist())) < len(x):
        return 0.0
    return float(silhouette_score(x, own))


def oracle(x: np.ndarray, own: np.ndarray) -> object:
    return NotImplemented if len(set(own.tolist())) == len(x) > 1 else _silhouette_oracle(x, own)
