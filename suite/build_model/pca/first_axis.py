"""Return the first principal axis with a fixed sign."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import Matrix, cloud, gap_of


def first_axis(x: np.ndarray) -> np.ndarray:
    """Return the first principal axis with a fixed sign."""
    axis = np.linalg.eigh(np.cov(x.T))[1][:, -1]
    return np.asarray(axis * np.sign(axis[np.argmax(np.abs(axis))]))


def first_axis_level_2(x: np.ndarray) -> np.ndarray:
    """Return the first principal axis with a fixed sign."""
    kept = x[~np.isnan(x).any(axis=1)]
    if len(kept) < 2:
        return np.zeros(x.shape[1])
    axis = np.linalg.eigh(np.cov(kept.T))[1][:, -1]
    return np.asarray(axis * np.sign(axis[np.argmax(np.abs(axis))]))


def ordinary(rng: Random, size: int) -> Args:
    return (cloud(rng, size) * rng.choice([-1.0, 1.0]),)


def edges(rng: Random) -> list[Args]:
    return [
        (np.array([[1.0, 2.0], [2.0, -float(rng.randint(3, 9))]]),),
        (np.array([[0.0, 5.0], [0.5, 5.0], [-3.0, 5.0], [float(rng.randint(1, 9)), 5.0]]),),
        (np.array([[1.0, -3.0, 0.0], [2.0, -6.0, 1.0], [3.0, -9.0, 0.0], [1.0, -4.0, 0.5]]),),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (gap_of(cloud(rng, 5)),),
        (np.array([numbers(rng, 3)]),),
        (np.array([numbers(rng, 2), [np.nan, 1.0]]),),
    ]


def oracle(x: Matrix) -> object:
    kept = x[~np.isnan(x).any(axis=1)]
    if len(kept) < 2:
        return NotImplemented
    axis = np.linalg.svd(kept - kept.mean(axis=0))[2][0]
    return axis * np.sign(axis[np.argmax(np.abs(axis))])


def mistake_smallest_axis(x: np.ndarray) -> np.ndarray:
    return np.linalg.eigh(np.cov(x.T))[1][:, 0]
