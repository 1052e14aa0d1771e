"""Return a signal smoothed by parabolas through moving windows."""

from random import Random

import numpy as np
from scipy.signal import savgol_filter

from parelha.tasks.draws import Args, numbers

from ._shared import Vector


def smooth(signal: np.ndarray, width: int) -> np.ndarray:
    """Return a signal smoothed by parabolas through moving windows."""
    result = signal.copy()
    if len(signal) < width:
        return result
    half = width // 2
    design = np.vander(np.arange(-half, half + 1), 3, increasing=True)
    weights = np.linalg.pinv(design)[0]
    windows = np.lib.stride_tricks.sliding_window_view(signal, width)
    smoothed = windows @ weights
    centre = result[half:-half]
    centre[:] = np.where(np.isnan(smoothed), centre, smoothed)
    return result


def ordinary(rng: Random, size: int) -> Args:
    return np.array(numbers(rng, max(size, 7))), rng.choice([5, 7])


def edges(rng: Random) -> list[Args]:
    return [
        (np.array(numbers(rng, 4)), 5),
        (np.array(numbers(rng, 5)), 5),
        (np.array([1.0, 4.0, 9.0, 16.0, 25.0, 36.0, float(rng.randint(1, 99))]), 5),
        (np.array([*numbers(rng, 6), np.nan, *numbers(rng, 4)]), 5),
        (np.array([np.nan, *numbers(rng, 8)]), 7),
        (np.array([], dtype=float), 5),
    ]


def oracle(signal: Vector, width: int) -> object:
    if np.isnan(signal).any() or len(signal) < width:
        return NotImplemented
    smooth = signal.copy()
    half = width // 2
    smooth[half:-half] = savgol_filter(signal, width, 2)[half:-half]
    return smooth
