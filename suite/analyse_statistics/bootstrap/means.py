"""Return the mean of every resample."""

import numpy as np
import pandas as pd

from ._shared import Floats, Places, gap_edges, plain_edges, resampled


def resample_means(x: np.ndarray, idx: np.ndarray) -> np.ndarray:
    """Return the mean of every resample."""
    return np.asarray(x[idx].mean(axis=1))


def resample_means_level_2(x: np.ndarray, idx: np.ndarray) -> np.ndarray:
    """Return the mean of every resample."""
    drawn = x[idx]
    known = ~np.isnan(drawn)
    counts = known.sum(axis=1)
    sums = np.where(known, drawn, 0.0).sum(axis=1)
    means = sums / np.where(counts > 0, counts, 1)
    return np.where(counts > 0, means, np.nan)


ordinary = resampled
edges = plain_edges
edges_level_2 = gap_edges


def oracle(x: Floats, idx: Places) -> object:
    table = pd.DataFrame([[float(x[place]) for place in row] for row in idx.tolist()], dtype=float)
    return table.mean(axis=1).to_numpy(dtype=float).reshape(len(idx))


def mistake_medians(x: np.ndarray, idx: np.ndarray) -> np.ndarray:
    return np.asarray(np.median(x[idx], axis=1))
