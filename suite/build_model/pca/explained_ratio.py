"""Return the shares of variance that the components explain."""

from random import Random
from typing import Any

import numpy as np
from sklearn.decomposition import PCA

from parelha.tasks.draws import Args

from ._shared import Matrix, cloud, gap_of


def ratios(x: np.ndarray) -> np.ndarray:
    """Return the shares of variance that the components explain."""
    values = np.linalg.eigvalsh(np.cov(x.T))[::-1]
    return np.asarray(values / values.sum())


def ratios_level_2(x: np.ndarray) -> np.ndarray:
    """Return the shares of variance that the components explain."""
    kept = x[~np.isnan(x).any(axis=1)]
    if len(np.unique(kept, axis=0)) < 2:
        return np.zeros(x.shape[1])
    values = np.linalg.eigvalsh(np.cov(kept.T))[::-1]
    return np.asarray(values / values.sum())


def ordinary(rng: Random, size: int) -> Args:
    return (cloud(rng, size),)


def edges(rng: Random) -> list[Args]:
    return [
        (np.array([[1.0, 2.0], [3.0, 5.0]]) * rng.randint(1, 9),),
        (np.array([[0.0, 1.0], [0.0, 2.0], [0.0, float(rng.randint(3, 9))]]),),
        (np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]) + rng.randint(1, 9),),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (gap_of(cloud(rng, 5)),),
        (np.array([[4.0, 0.1]] * 3),),
        (np.array([[np.nan, 1.0], [2.0, float(rng.randint(1, 9))]]),),
    ]


def oracle(x: Matrix) -> object:
    kept = x[~np.isnan(x).any(axis=1)]
    if len(kept) < x.shape[1] or np.ptp(kept, axis=0).max() == 0.0:
        return NotImplemented
    return PCA().fit(kept).explained_variance_ratio_


def mistake_not_shares(x: np.ndarray) -> np.ndarray:
    return np.linalg.eigvalsh(np.cov(x.T))[::-1]


def mistake_not_squared(x: Any) -> Any:
    values = np.linalg.svd(x - x.mean(axis=0))[1]
    return values / values.sum()
