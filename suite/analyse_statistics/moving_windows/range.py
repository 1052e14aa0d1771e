"""Return the spread of the window that ends at each value."""

import numpy as np
import pandas as pd

from ._shared import like, long_edges, plain_edges, views, windowed


def moving_range(s: pd.Series, window: int) -> pd.Series:
    """Return the spread of the window that ends at each value."""
    windows = s.rolling(window, min_periods=1)
    return windows.max() - windows.min()


def moving_range_level_2(s: pd.Series, window: int) -> pd.Series:
    """Return the spread of the window that ends at each value."""
    ends = range(1, len(s) + 1)
    windows = [s.iloc[max(end - window, 0):end] for end in ends]
    ranges = [float(own.max() - own.min()) for own in windows]
    return pd.Series(ranges, index=s.index, dtype=float).fillna(0.0)


ordinary = windowed
edges = plain_edges
edges_level_2 = long_edges


def oracle(s: "pd.Series[float]", window: int) -> object:
    known = [[x for x in own if not np.isnan(x)] for own in views(s, window)]
    return like(s, [float(np.ptp(own)) if own else 0.0 for own in known])


def mistake_range_keeps_the_short_windows(s: pd.Series, window: int) -> pd.Series:
    return s.rolling(window).max() - s.rolling(window).min()
