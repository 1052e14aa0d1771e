"""Return a flag for each value: is it far from its local median?"""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import easy_arrays, signal, small_arrays, windowed


def local_flags(x: np.ndarray, limit: float) -> list[bool]:
    """Return a flag for each value: is it far from its local median?"""
    flags = []
    for i, value in enumerate(x):
        window = x[max(i - 2, 0):i + 3]
        flags.append(bool(abs(value - np.median(window)) > limit))
    return flags


def ordinary(rng: Random, size: int) -> Args:
    return (signal(rng, size), rng.choice((1.75, 2.25, 5.75)))


def edges(rng: Random) -> list[Args]:
    return [(x, 2.25) for x in easy_arrays(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *((x, 20.0) for x in small_arrays(rng)),
        (np.array([1.0, 2.0, 3.0, 9.0, 2.0, float(rng.randint(2, 3))]), 7.0),
        (np.array([1.0, 2.0, 3.0, 9.0, 2.0, float(rng.randint(2, 3))]), 6.5),
    ]


def oracle(x: np.ndarray, limit: float) -> object:
    return [bool(d > limit) for d in abs(x - windowed(x, 2, "median"))]
