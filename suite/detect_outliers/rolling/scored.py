"""Return the indices of values that the window before disowns."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import FloatArray, walk


def disowned(x: np.ndarray, window: int, k: float) -> list[int]:
    """Return the indices of values that the window before disowns."""
    # Sums of whole numbers are exact, and so is the zero of equal values.
    total = np.concatenate([[0.0], np.cumsum(x)])
    squares = np.concatenate([[0.0], np.cumsum(x * x)])
    sums = total[window:-1] - total[:-window - 1]
    second = squares[window:-1] - squares[:-window - 1]
    scaled = window * second - sums * sums
    away = np.abs(window * x[window:] - sums)
    far = away > k * np.sqrt(scaled)
    return [int(i) + window for i in np.flatnonzero(far)]


def ordinary(rng: Random, size: int) -> Args:
    return np.array(walk(rng, size)), rng.randint(3, 3 + size // 20), rng.choice((2.501, 3.001))


def edges(rng: Random) -> list[Args]:
    return [
        (np.array(values, dtype=np.float64), window, k)
        for values, window, k in (
            ([], 3, 2.0),
            ([1.0, float(rng.randint(50, 90))], 2, 2.0),
            ([1.0, float(rng.randint(50, 90))], 1, 2.0),
            ([4.0] * 5 + [5.0] + [4.0] * rng.randint(3, 6), 4, 3.0),
            ([1.0, 3.0, 2.0, 4.0, float(rng.randint(8, 20)), 2.0, 5.0], 3, 2.1),
            ([-1.0, -3.0, -2.0, -4.0, float(-rng.randint(8, 20)), -2.0, 5.0], 2, 1.6),
        )
    ]


def oracle(x: FloatArray, window: int, k: float) -> object:
    rolled = pd.Series(x, dtype="float64").rolling(window)
    mean, spread = rolled.mean().shift(1), rolled.std(ddof=0).shift(1)
    away = (x - mean).abs()
    far = (away > k * spread + 1e-9) & (away > 1e-9)
    return [int(place) for place in np.flatnonzero(far)]
