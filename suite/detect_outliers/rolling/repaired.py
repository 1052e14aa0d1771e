"""Return the array without gaps and spikes, and how many spikes."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import FloatArray, walk


def repair(x: np.ndarray, half: int) -> tuple[np.ndarray, int]:
    """Return the array without gaps and spikes, and how many spikes."""
    known = np.flatnonzero(~np.isnan(x))
    if len(known) == 0:
        return x.copy(), 0
    filled = np.interp(np.arange(len(x)), known, x[known])
    clean, count = filled.copy(), 0
    for i, value in enumerate(filled):
        window = filled[max(i - half, 0):i + half + 1]
        centre = np.median(window)
        spread = np.median(np.abs(window - centre))
        if abs(value - centre) > 4 * spread + 0.05:
            clean[i] = centre
            count += 1
    return clean, count


def ordinary(rng: Random, size: int) -> Args:
    samples = walk(rng, size, gaps=0.08)
    samples[rng.randrange(size)] = 41.0  # never gaps alone
    return np.array(samples), rng.randint(1, 4)


def edges(rng: Random) -> list[Args]:
    return [
        (np.array(values, dtype=np.float64), half)
        for values, half in (
            ([], 2),
            ([math.nan, float(rng.randint(1, 9)), math.nan], 1),
            ([1.0, math.nan, math.nan, 4.0 + 3 * rng.randint(0, 5), math.nan, 90.0, 9.0], 2),
            ([5.0, 5.0, 60.0, 60.0, 5.0, float(rng.randint(5, 7)), 5.0], 2),
            ([7.0, 7.0, float(rng.randint(20, 30))], 9),
            ([float(rng.randint(1, 9)), 50.0, 3.0], 0),
            ([7.0, 7.0, 7.07, 7.0, 7.0, float(rng.randint(7, 9)), 7.0], 2),
        )
    ]


def oracle(x: FloatArray, half: int) -> object:
    filled = pd.Series(x, dtype="float64").interpolate(limit_direction="both").to_numpy()
    clean, count = filled.copy(), 0
    for place in range(len(x)):
        window = filled[max(place - half, 0) : place + half + 1]
        centre = float(np.median(window))
        if abs(filled[place] - centre) > 4 * float(np.median(np.abs(window - centre))) + 0.05:
            clean[place] = centre
            count += 1
    return clean, count
