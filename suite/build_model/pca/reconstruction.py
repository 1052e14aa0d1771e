"""Return how far each row lies from its reconstruction."""

from random import Random

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA

from parelha.tasks.draws import Args

from ._shared import draw_rows


def distances(x: np.ndarray, k: int) -> np.ndarray:
    """Return how far each row lies from its reconstruction."""
    result = np.full(len(x), np.nan)
    known = ~np.isnan(x).any(axis=1)
    if known.any():
        gaps = x[known] - x[known].mean(axis=0)
        axes = np.linalg.eigh(gaps.T @ gaps)[1][:, ::-1][:, :k]
        rest = gaps - gaps @ axes @ axes.T
        result[known] = np.sqrt((rest**2).sum(axis=1))
    return result


def ordinary(rng: Random, size: int) -> Args:
    return np.array(draw_rows(rng, size)), rng.randint(1, 2)


def edges(rng: Random) -> list[Args]:
    x = np.array(draw_rows(rng, 5))
    gap = x.copy()
    gap[3, 1] = np.nan
    return [
        (x, 0),
        (x, 3),
        (gap, 1),
        (x[:1], 1),
        (np.array([[np.nan, 1.0]]), 1),
        (np.array([[1.0, 2.0], [2.0, 4.0], [4.0, 8.0], [5.0, 10.0]]) * rng.randint(1, 9), 1),
    ]


Matrix = npt.NDArray[np.float64]


def oracle(x: Matrix, k: int) -> object:
    result = np.full(len(x), np.nan)
    known = ~np.isnan(x).any(axis=1)
    kept = x[known]
    if len(kept) == 0:
        return result
    if k == 0 or len(kept) <= k:
        back = np.tile(kept.mean(axis=0), (len(kept), 1)) if k == 0 else kept
    else:
        model = PCA(k, svd_solver="full").fit(kept)
        back = model.inverse_transform(model.transform(kept))
    result[known] = np.sqrt(((kept - back) ** 2).sum(axis=1))
    return result
