"""Return the mean of each full window."""

import numpy as np
import pandas as pd

from ._shared import NAN, like, long_edges, plain_edges, views, windowed


def moving_average(s: pd.Series, window: int) -> pd.Series:
    """Return the mean of each full window."""
    return s.rolling(window).mean().iloc[window - 1:]


def moving_average_level_2(s: pd.Series, window: int) -> pd.Series:
    """Return the mean of each full window."""
    return s.rolling(window, min_periods=1).mean().iloc[window - 1:]


ordinary = windowed
edges = plain_edges
edges_level_2 = long_edges


def oracle(s: "pd.Series[float]", window: int) -> object:
    answer = []
    for own in views(s, window)[window - 1 :]:
        known = [value for value in own if not np.isnan(value)]
        answer.append(sum(known) / len(known) if known else NAN)
    return like(s.iloc[window - 1 :], answer)


def mistake_keeps_the_short_windows(s: pd.Series, window: int) -> pd.Series:
    return s.rolling(window).mean()


def mistake_drops_gaps_level_2(s: pd.Series, window: int) -> pd.Series:
    return s.dropna().rolling(window).mean().iloc[window - 1 :]
