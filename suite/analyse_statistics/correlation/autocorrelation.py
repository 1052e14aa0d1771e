"""Return the autocorrelation of a series at a lag."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers

from ._shared import is_flat


def autocorrelation(s: pd.Series, lag: int) -> float:
    """Return the autocorrelation of a series at a lag."""
    d = s.to_numpy() - s.mean()
    return float((d[:-lag] * d[lag:]).sum() / (d * d).sum())


def autocorrelation_level_2(s: pd.Series, lag: int) -> float:
    """Return the autocorrelation of a series at a lag."""
    if lag >= len(s) or s.nunique() < 2:
        return 0.0
    d = s.to_numpy() - s.mean()
    return float((d[:len(d) - lag] * d[lag:]).sum() / (d * d).sum())


def _lagged(values: list[float], lag: int) -> Args:
    return pd.Series(values, dtype=float), lag


def ordinary(rng: Random, size: int) -> Args:
    return _lagged(numbers(rng, size), rng.randint(1, 2))


def edges(rng: Random) -> list[Args]:
    return [
        _lagged([1.0, float(rng.randint(2, 9))], 1),
        _lagged([1.0, 5.0] * 4, rng.choice((1, 2, 3))),
        _lagged(numbers(rng, 5), 4),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        _lagged([], rng.randint(0, 2)),
        _lagged([4.0] * 5, rng.randint(1, 3)),
        _lagged(numbers(rng, 3), 3),
        _lagged(numbers(rng, 3), 5),
        _lagged(numbers(rng, 4), 0),
    ]


def oracle(s: "pd.Series[float]", lag: int) -> object:
    x = s.to_numpy()
    if lag >= len(x) or is_flat(x):
        return 0.0
    deviations = x - x.mean()
    full = np.correlate(deviations, deviations, mode="full")[len(x) - 1 :]
    return float(full[lag] / full[0])
