"""Return the array with each inner value replaced by a local median."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import FloatArray, easy_arrays, signal, small_arrays


def median_of_three(x: np.ndarray) -> np.ndarray:
    """Return the array with each inner value replaced by a local median."""
    smooth = x.copy()
    for i in range(1, len(x) - 1):
        smooth[i] = np.median(x[i - 1:i + 2])
    return smooth


def ordinary(rng: Random, size: int) -> Args:
    return (signal(rng, size),)


def edges(rng: Random) -> list[Args]:
    return [(x,) for x in easy_arrays(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [(x,) for x in small_arrays(rng)]


def oracle(x: FloatArray) -> object:
    smooth = pd.Series(x).rolling(3, center=True).median().to_numpy()
    return np.where(np.isnan(smooth), x, smooth)


def mistake_in_place(x: np.ndarray) -> np.ndarray:
    for i in range(1, len(x) - 1):
        x[i] = np.median(x[i - 1 : i + 2])
    return x
