"""Return the array after the filter of Hampel."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import FloatArray, easy_arrays, signal, small_arrays, windowed


def hampel(x: np.ndarray, half: int) -> np.ndarray:
    """Return the array after the filter of Hampel."""
    clean = x.copy()
    for i, value in enumerate(x):
        window = x[max(i - half, 0):i + half + 1]
        centre = np.median(window)
        mad = np.median(np.abs(window - centre))
        if abs(value - centre) > 3 * 1.4826 * mad:
            clean[i] = centre
    return clean


def ordinary(rng: Random, size: int) -> Args:
    return (signal(rng, size), rng.randint(1, 4))


def edges(rng: Random) -> list[Args]:
    return [
        *((x, rng.randint(1, 3)) for x in easy_arrays(rng)),
        # Median 0 and d = 2: the limit 8.9 lies between the distances 8 and 9.
        (np.array([0.0, -2.0, 2.0, 2.0, -2.0, 8.0, -9.0, -1.0, 1.0]), rng.randint(8, 12)),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *((x, 2) for x in small_arrays(rng)),
        (signal(rng, 8), 0),
        (np.array([4.0, 4.0, 5.0, 4.0, float(rng.randint(6, 9)), 4.0]), 20),
    ]


def oracle(x: FloatArray, half: int) -> object:
    centre = windowed(x, half, "median")
    mad = np.array(
        [
            np.median([abs(x[j] - centre[i]) for j in range(len(x)) if abs(i - j) <= half])
            for i in range(len(x))
        ]
    )
    return np.where(abs(x - centre) > 3 * 1.4826 * mad, centre, x)


def mistake_without_the_ends(x: np.ndarray, half: int) -> np.ndarray:
    y = x.copy()
    for i in range(half, len(x) - half):
        w = x[i - half : i + half + 1]
        m = np.median(w)
        if abs(x[i] - m) > 3 * 1.4826 * np.median(abs(w - m)):
            y[i] = m
    return y
