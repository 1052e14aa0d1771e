"""Return the 95 % percentile interval of the mean."""

from typing import Any

import numpy as np
from scipy.stats import mstats

from ._shared import NAN, Floats, Places, gap_edges, plain_edges, resampled, resamples


def percentile_interval(x: np.ndarray, idx: np.ndarray) -> tuple[float, float]:
    """Return the 95 % percentile interval of the mean."""
    means = x[idx].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def percentile_interval_level_2(x: np.ndarray, idx: np.ndarray) -> tuple[float, float]:
    """Return the 95 % percentile interval of the mean."""
    drawn = x[idx]
    drawn = drawn[~np.isnan(drawn).all(axis=1)]
    if len(drawn) == 0:
        return float("nan"), float("nan")
    means = np.nanmean(drawn, axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


ordinary = resampled
edges = plain_edges
edges_level_2 = gap_edges


def _type7(values: list[float], shares: list[float]) -> Any:
    return mstats.mquantiles(np.array(values), prob=shares, alphap=1.0, betap=1.0)


def oracle(x: Floats, idx: Places) -> object:
    means = [sum(own) / len(own) for own in resamples(x, idx)]
    if not means:
        return (NAN, NAN)
    low, high = _type7(means, [0.025, 0.975])
    return (float(low), float(high))


def mistake_another_level(x: np.ndarray, idx: np.ndarray) -> tuple[float, float]:
    return tuple(np.percentile(x[idx], [2.5, 97.5]).tolist())
