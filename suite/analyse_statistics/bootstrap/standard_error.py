"""Return the bootstrap standard error of the median."""

import numpy as np
import pandas as pd

from ._shared import Floats, Places, gap_edges, plain_edges, resampled, resamples


def median_error(x: np.ndarray, idx: np.ndarray) -> float:
    """Return the bootstrap standard error of the median."""
    return float(np.median(x[idx], axis=1).std(ddof=1))


def median_error_level_2(x: np.ndarray, idx: np.ndarray) -> float:
    """Return the bootstrap standard error of the median."""
    drawn = x[idx]
    drawn = drawn[~np.isnan(drawn).all(axis=1)]
    if len(drawn) < 2:
        return 0.0
    return float(np.nanmedian(drawn, axis=1).std(ddof=1))


ordinary = resampled
edges = plain_edges
edges_level_2 = gap_edges


def oracle(x: Floats, idx: Places) -> object:
    medians = pd.Series([float(np.median(own)) for own in resamples(x, idx)], dtype=float)
    return float(medians.std()) if len(medians) > 1 else 0.0


def mistake_deviation_of_medians(x: np.ndarray, idx: np.ndarray) -> float:
    return float(np.median(x[idx], axis=1).std())
