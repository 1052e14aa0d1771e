"""Return the indices of values far from the mean of those before."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import FloatArray, easy_arrays, signal, small_arrays


def jumps(x: np.ndarray, window: int, limit: float) -> list[int]:
    """Return the indices of values far from the mean of those before."""
    found = []
    for i in range(window, len(x)):
        if abs(x[i] - x[i - window:i].mean()) > limit:
            found.append(i)
    return found


def ordinary(rng: Random, size: int) -> Args:
    return (signal(rng, size), rng.choice((2, 4)), rng.choice((2.3, 9.1)))


def edges(rng: Random) -> list[Args]:
    return [(x, rng.randint(1, 2), 3.6) for x in easy_arrays(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *((x, 2, 3.5) for x in small_arrays(rng)),
        (np.array([1.0, 3.0, 7.0, float(rng.randint(4, 6)), 10.0]), 2, 5.0),
    ]


def oracle(x: FloatArray, window: int, limit: float) -> object:
    before = pd.Series(x).rolling(window).mean().shift(1).to_numpy()
    return [int(i) for i in np.flatnonzero(np.abs(x - before) > limit)]


def mistake_includes_itself(x: np.ndarray, window: int, limit: float) -> list[int]:
    means = np.convolve(x, np.ones(window) / window, "valid")
    return [i for i in range(window, len(x)) if abs(x[i] - means[i - window + 1]) > limit]
