"""Return forecasts of a series with gaps, step by step."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import linregress

from parelha.tasks.draws import Args, numbers

from ._shared import draw_series


def project(series: np.ndarray, steps: int) -> list[float]:
    """Return forecasts of a series with gaps, step by step."""
    known = ~np.isnan(series)
    if not known.any():
        return []
    times = np.arange(len(series))
    values = np.interp(times, times[known], series[known])
    slope, intercept = 0.0, values[-1]
    if len(values) > 3 and np.ptp(values[:-1]) > 0:
        slope, intercept = np.polyfit(values[:-1], values[1:], 1)
    path = [float(values[-1])]
    for _ in range(steps):
        path.append(float(intercept + slope * path[-1]))
    return path[1:]


def ordinary(rng: Random, size: int) -> Args:
    values = draw_series(rng, max(size, 5))
    if size > 9:
        values[rng.randint(1, size - 2)] = math.nan
    return np.array(values), rng.randint(1, 5)


def edges(rng: Random) -> list[Args]:
    return [
        (np.array([], dtype=float), 2),
        (np.array([math.nan, math.nan]), 2),
        (np.array(numbers(rng, 3)), 2),
        (np.array([5.0, 5.0, 5.0, 5.0, float(rng.randint(6, 9))]), 3),
        (np.array([math.nan, 1.0, 2.0, math.nan, math.nan, 8.0, 4.0, math.nan]), 2),
        (np.array(numbers(rng, 5)), 0),
    ]


Vector = npt.NDArray[np.float64]


def _filled(series: Vector) -> Vector:
    """A gap takes the value that lies on the line between its neighbours, or the nearest value."""
    filled = pd.Series(series).interpolate(limit_direction="both")
    return np.asarray(filled, dtype=np.float64)


def oracle(series: Vector, steps: int) -> object:
    if len(series) - np.isnan(series).sum() < 1:
        return []
    values = _filled(series)
    if len(values) < 4 or np.ptp(values[:-1]) == 0.0:
        return [float(values[-1])] * steps
    found = linregress(values[:-1], values[1:])
    path = [float(values[-1])]
    for _ in range(steps):
        path.append(float(found.intercept + found.slope * path[-1]))
    return path[1:]
