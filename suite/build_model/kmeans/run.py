"""Return the centres that k-means reaches."""

import warnings
from random import Random

import numpy as np
from scipy.cluster.vq import kmeans2

from parelha.tasks.draws import Args, numbers

from ._shared import Vector, blobs


def run(x: np.ndarray, centres: np.ndarray, max_steps: int) -> np.ndarray:
    """Return the centres that k-means reaches."""
    for _ in range(max_steps):
        distances = ((x[:, np.newaxis, :] - centres) ** 2).sum(axis=2)
        nearest = distances.argmin(axis=1)
        moved = centres.copy()
        for index in np.unique(nearest):
            moved[index] = x[nearest == index].mean(axis=0)
        if np.allclose(moved, centres, rtol=0, atol=1e-9):
            break
        centres = moved
    return centres


def ordinary(rng: Random, size: int) -> Args:
    rows = blobs(rng, max(size, 4), 2.0)
    starts = [[rng.uniform(0.0, 12.0), rng.uniform(0.0, 10.0)] for _ in range(rng.randint(2, 4))]
    return np.array(rows), np.round(np.array(starts), 1) + 0.03, rng.choice([1, 3, 100])


def edges(rng: Random) -> list[Args]:
    x = np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 9.0], [8.0, 9.0], numbers(rng, 2)])
    return [
        (x, np.array([[0.0, 1.0]]), 5),
        (x, np.array([[0.0, 1.0], [9.0, 8.0]]), 0),
        (x, np.array([[0.0, 1.0], [9.0, 8.0], [-500.0, 700.0]]), 9),
        (np.array([[0.0], [2.0], [4.0], [10.0]]), np.array([[1.0], [3.0]]), 1),
        (np.array([[2.0], [0.0], [9.0]]), np.array([[3.0], [1.0]]), 50),
        (np.zeros((0, 2)), np.array([numbers(rng, 2)]), 3),
    ]


def oracle(x: Vector, centres: Vector, max_steps: int) -> object:
    if max_steps == 0 or len(x) == 0:
        return centres
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a cluster may be empty
        return kmeans2(x, centres, iter=max_steps, minit="matrix")[0]
