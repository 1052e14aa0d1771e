"""Return the median around each sample."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers

from ._shared import NAN, like, long_edges, plain_edges, series


def median_filter(s: pd.Series, half: int) -> pd.Series:
    """Return the median around each sample."""
    around = [s.iloc[max(i - half, 0):i + half + 1] for i in range(len(s))]
    medians = [float(samples.median()) for samples in around]
    return pd.Series(medians, index=s.index, dtype=float)


def median_filter_level_2(s: pd.Series, half: int) -> pd.Series:
    """Return the median around each sample."""
    around = [s.iloc[max(i - half, 0):i + half + 1] for i in range(len(s))]
    medians = [float(samples.median()) for samples in around]
    return pd.Series(medians, index=s.index, dtype=float).where(s.notna())


def ordinary(rng: Random, size: int) -> Args:
    return (series(numbers(rng, size)), rng.randint(1, 2))


def edges(rng: Random) -> list[Args]:
    return [*plain_edges(rng), (series(numbers(rng, 6)), 0)]


edges_level_2 = long_edges


def oracle(s: "pd.Series[float]", half: int) -> object:
    values = [float(value) for value in s]
    answer = []
    for place, value in enumerate(values):
        around = values[max(0, place - half) : place + half + 1]
        answer.append(NAN if np.isnan(value) else float(np.nanmedian(around)))
    return like(s, answer)
