"""Return the mean of the times between two quantiles."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import LOWS, between, draw_series, easy_series, hard_series, quantiles


def usual_time(times: pd.Series, cut: float) -> float:
    """Return the mean of the times between two quantiles."""
    low, high = times.quantile(cut), times.quantile(1 - cut)
    return float(times[times.between(low, high)].mean())


def usual_time_level_2(times: pd.Series, cut: float) -> float:
    """Return the mean of the times between two quantiles."""
    if times.count() == 0:
        return 0.0
    low, high = times.quantile(cut), times.quantile(1 - cut)
    return float(times[times.between(low, high)].mean())


def _middle(rng: Random, s: pd.Series) -> Args:
    return s, between(rng, int(s.count()), LOWS)


def ordinary(rng: Random, size: int) -> Args:
    return _middle(rng, draw_series(rng, size)[0])  # type: ignore[arg-type]


def edges(rng: Random) -> list[Args]:
    return [_middle(rng, s) for s in easy_series(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [_middle(rng, s) for s in hard_series(rng)]


def oracle(times: pd.Series, cut: float) -> object:
    bottom, top = quantiles(times, cut, 1 - cut)
    kept = [value for value in times.tolist() if bottom <= value <= top]
    return float(np.mean(kept)) if kept else 0.0
