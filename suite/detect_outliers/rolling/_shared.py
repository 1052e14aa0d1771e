"""Outliers in a sliding window over a numpy array; the filter of Hampel (1974) among them."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd

# Samples are whole numbers: medians, means of few samples and differences are exact.
FloatArray = npt.NDArray[np.float64]


def signal(rng: Random, size: int) -> FloatArray:
    """A slowly moving level with one or two spikes."""
    level, samples = rng.randint(10, 40), []
    for _ in range(max(size, 5)):
        level += rng.randint(-2, 2)
        samples.append(float(level))
    for _ in range(1 + (size > 8)):
        samples[rng.randrange(len(samples))] += rng.choice((-1, 1)) * rng.randint(12, 40)
    return np.array(samples)


def arrays(*lists: list[float]) -> list[FloatArray]:
    return [np.array(values, dtype=np.float64) for values in lists]


def easy_arrays(rng: Random) -> list[FloatArray]:
    far = float(rng.randint(40, 90))
    return [
        *arrays(
            [1.0, 2.0, far, 2.0, 1.0, 3.0, 4.0, 3.0],
            [far, 1.0, 2.0, 1.0, 1.0, 2.0, -far],
            [3.0, 5.0, 4.0, far, far, 6.0, 4.0, 5.0, 2.0],
            [float(rng.randint(1, 9))] * 6,
        ),
        -signal(rng, 9),
    ]


def small_arrays(rng: Random) -> list[FloatArray]:
    value = float(rng.randint(1, 9))
    return arrays([], [value], [value, value + 40.0], [value, value + 50.0, value])


def windowed(x: FloatArray, half: int, what: str) -> FloatArray:
    """Return a statistic over centred windows, cut off at the ends of the array."""
    rolled = pd.Series(x).rolling(2 * half + 1, center=True, min_periods=1)
    return np.asarray(getattr(rolled, what)())


def walk(rng: Random, size: int, spikes: float = 0.04, gaps: float = 0.0) -> list[float]:
    """Whole numbers around a slowly moving level, with spikes and gaps (NaN)."""
    level, samples = 40, []
    for _ in range(size):
        level += rng.randint(-1, 1)
        sample = float(level + rng.randint(-2, 2))
        if rng.random() < spikes:
            sample += rng.choice((-1, 1)) * rng.randint(10, 50)
        samples.append(math.nan if rng.random() < gaps else sample)
    return samples
