"""Return the 10th and the 90th percentile."""

import math

import pandas as pd

from ._shared import draw_series, edges_of, quantiles


def tenths(s: pd.Series) -> tuple[float, float]:
    """Return the 10th and the 90th percentile."""
    return float(s.quantile(0.1)), float(s.quantile(0.9))


def tenths_level_2(s: pd.Series) -> tuple[float, float]:
    """Return the 10th and the 90th percentile."""
    if s.count() == 0:
        return 0.0, 0.0
    return float(s.quantile(0.1)), float(s.quantile(0.9))


ordinary = draw_series
edges = edges_of(True)
edges_level_2 = edges_of(False)


def oracle(s: pd.Series) -> object:
    return tuple(0.0 if math.isnan(limit) else limit for limit in quantiles(s, 0.1, 0.9))
