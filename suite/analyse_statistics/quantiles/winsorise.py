"""Return the array with both tails pulled in to percentiles."""

import numpy as np

from ._shared import Floats, draw_values, kept_of, nan_edges, plain_edges, type7


def winsorise(x: np.ndarray) -> np.ndarray:
    """Return the array with both tails pulled in to percentiles."""
    low, high = np.percentile(x, [5, 95])
    return np.asarray(np.clip(x, low, high))


def winsorise_level_2(x: np.ndarray) -> np.ndarray:
    """Return the array with both tails pulled in to percentiles."""
    if np.isnan(x).all():
        return x.copy()
    low, high = np.nanpercentile(x, [5, 95])
    return np.asarray(np.clip(x, low, high))


ordinary = draw_values
edges = plain_edges
edges_level_2 = nan_edges


def oracle(x: Floats) -> object:
    if len(kept_of(x)) == 0:
        return x
    low, high = type7(kept_of(x), [0.05, 0.95])
    return np.where(x < low, low, np.where(x > high, high, x))
