"""Return the three quartiles."""

import numpy as np

from ._shared import draw_values, kept_of, nan_edges, plain_edges, type7


def quartiles(x: np.ndarray) -> np.ndarray:
    """Return the three quartiles."""
    cuts: np.ndarray = np.quantile(x, [0.25, 0.5, 0.75])
    return cuts


def quartiles_level_2(x: np.ndarray) -> np.ndarray:
    """Return the three quartiles."""
    known = x[~np.isnan(x)]
    if known.size == 0:
        return np.full(3, np.nan)
    cuts: np.ndarray = np.quantile(known, [0.25, 0.5, 0.75])
    return cuts


ordinary = draw_values
edges = plain_edges
edges_level_2 = nan_edges


def oracle(x: np.ndarray) -> object:
    return type7(kept_of(x), [0.25, 0.5, 0.75])


def mistake_extremes_for_quartiles(x: np.ndarray) -> np.ndarray:
    return np.array([x.min(), np.median(x), x.max()])
