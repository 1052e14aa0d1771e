"""Return the bootstrap estimate of the bias of the maximum."""

import numpy as np

from ._shared import Floats, Places, gap_edges, plain_edges, resampled, resamples


def bias_of_maximum(x: np.ndarray, idx: np.ndarray) -> float:
    """Return the bootstrap estimate of the bias of the maximum."""
    return float(x[idx].max(axis=1).mean() - x.max())


def bias_of_maximum_level_2(x: np.ndarray, idx: np.ndarray) -> float:
    """Return the bootstrap estimate of the bias of the maximum."""
    drawn = x[idx]
    drawn = drawn[~np.isnan(drawn).all(axis=1)]
    if len(drawn) == 0:
        return 0.0
    return float(np.nanmax(drawn, axis=1).mean() - np.nanmax(x))


ordinary = resampled
edges = plain_edges
edges_level_2 = gap_edges


def oracle(x: Floats, idx: Places) -> object:
    largest = [max(own) for own in resamples(x, idx)]
    known = [value for value in x.tolist() if not np.isnan(value)]
    return sum(largest) / len(largest) - max(known) if largest else 0.0
