"""Return the range of each window."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import FloatArray, easy_arrays, signal, small_arrays


def swings(load: np.ndarray, width: int) -> list[float]:
    """Return the range of each window."""
    windows = [load[i:i + width] for i in range(len(load) - width + 1)]
    return [float(window.max() - window.min()) for window in windows]


def ordinary(rng: Random, size: int) -> Args:
    return (signal(rng, size), rng.randint(2, 4))


def edges(rng: Random) -> list[Args]:
    return [(x, rng.randint(1, len(x))) for x in easy_arrays(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [(x, 3) for x in small_arrays(rng)]


def oracle(load: FloatArray, width: int) -> object:
    rolled = pd.Series(load).rolling(width)
    return [float(v) for v in (rolled.max() - rolled.min()).dropna()]
