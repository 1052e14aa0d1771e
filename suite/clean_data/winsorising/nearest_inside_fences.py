"""Return the sample with its outliers moved to the nearest inner value."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args, with_outliers

from ._shared import array


def move_in(sample: np.ndarray) -> np.ndarray:
    """Return the sample with its outliers moved to the nearest inner value."""
    low, high = np.quantile(sample, [0.25, 0.75])
    reach = 1.5 * (high - low)
    inner = sample[(sample >= low - reach) & (sample <= high + reach)]
    moved: np.ndarray = np.clip(sample, inner.min(), inner.max())
    return moved


def move_in_level_2(sample: np.ndarray) -> np.ndarray:
    """Return the sample with its outliers moved to the nearest inner value."""
    known = sample[~np.isnan(sample)]
    if known.size == 0:
        return sample
    low, high = np.quantile(known, [0.25, 0.75])
    reach = 1.5 * (high - low)
    inner = known[(known >= low - reach) & (known <= high + reach)]
    moved: np.ndarray = np.clip(sample, inner.min(), inner.max())
    return moved


def _fence_gap(values: list[float]) -> float:
    """Return how far the values keep from the fences, where two right programs might differ."""
    low, high = (float(q) for q in np.quantile(values, [0.25, 0.75]))
    fences = (low - 1.5 * (high - low), high + 1.5 * (high - low))
    return min(abs(value - fence) for value in values for fence in fences)


def ordinary(rng: Random, size: int) -> Args:
    while _fence_gap(values := with_outliers(rng, size + 3, 2)) < 1e-6:
        continue
    return (array(values),)


def edges(rng: Random) -> list[Args]:
    return [
        (array([1.0, 2.0, 3.0, 4.0, float(rng.randint(50, 99))]),),
        (array([-float(rng.randint(50, 99)), 1.0, 2.0, 3.0, 4.0]),),
        (array([5.0, 5.0, 5.0, 5.0, 6.0]),),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (array([]),),
        (array([math.nan] * rng.randint(1, 3)),),
        (array([math.nan, 1.0, 2.0, 3.0, 4.0, float(rng.randint(50, 99)), math.nan]),),
    ]
