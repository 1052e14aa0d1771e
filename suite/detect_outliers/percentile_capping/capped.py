"""Return the values capped at their 5th and 95th percentile."""

from typing import Any

import numpy as np
import pandas as pd

from ._shared import draw_series, edges_of, quantiles


def cap(s: pd.Series) -> pd.Series:
    """Return the values capped at their 5th and 95th percentile."""
    low, high = float(s.quantile(0.05)), float(s.quantile(0.95))
    return s.clip(lower=low, upper=high)


ordinary = draw_series
edges = edges_of(True)
edges_level_2 = edges_of(False)


def oracle(s: pd.Series) -> object:
    low, high = quantiles(s, 0.05, 0.95)
    return pd.Series(np.clip(s.to_numpy(), low, high), index=s.index, dtype="float64")


def mistake_no_interpolation(s: pd.Series) -> pd.Series:
    ordered = s.sort_values().reset_index(drop=True)
    low, high = ordered[int(0.05 * len(s))], ordered[int(0.95 * len(s))]
    return s.clip(lower=low, upper=high)


def mistake_upper_only(s: Any) -> Any:
    return s.clip(upper=s.quantile(0.95))


def mistake_drops_instead(s: pd.Series) -> pd.Series:
    return s[s.between(s.quantile(0.05), s.quantile(0.95))]
