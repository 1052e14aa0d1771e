"""Return the number of unusually large steps."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import FloatArray, easy_arrays, signal, small_arrays


def count_large_steps(pressure: np.ndarray, factor: float) -> int:
    """Return the number of unusually large steps."""
    steps = np.abs(np.diff(pressure))
    return int(np.sum(steps > factor * np.median(steps)))


def count_large_steps_level_2(pressure: np.ndarray, factor: float) -> int:
    """Return the number of unusually large steps."""
    if len(pressure) < 2:
        return 0
    steps = np.abs(np.diff(pressure))
    return int(np.sum(steps > factor * np.median(steps)))


def ordinary(rng: Random, size: int) -> Args:
    return (signal(rng, size), rng.choice((1.3, 2.7, 4.1)))


def edges(rng: Random) -> list[Args]:
    return [(x, 2.2) for x in easy_arrays(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *((x, 0.5) for x in small_arrays(rng)),
        (np.array([1.0, 3.0, 5.0, 9.0, 7.0, 7.0 + rng.randint(1, 2)]), 2.0),
    ]


def oracle(pressure: FloatArray, factor: float) -> object:
    steps = np.abs(pressure[1:] - pressure[:-1])
    return int((steps > factor * np.median(steps)).sum()) if len(steps) else 0
