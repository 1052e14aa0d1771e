"""Return the mean, spread and size of what survives sigma clipping."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers, with_outliers

from ._shared import array_of


def sigma_clip(pixels: np.ndarray, kappa: float, rounds: int) -> object:
    """Return the mean, spread and size of what survives sigma clipping."""
    used = pixels[np.isfinite(pixels)]
    if used.size == 0:
        return 0.0, 0.0, 0
    for _ in range(rounds):
        near = np.abs(used - used.mean()) <= kappa * used.std()
        if near.all():
            break
        used = used[near]
    return float(used.mean()), float(used.std()), int(used.size)


def ordinary(rng: Random, size: int) -> Args:
    num_spikes = max(1, size // 50)
    values = with_outliers(rng, size - num_spikes, num_spikes)
    return array_of(values + [values[0] + 400.0 * k for k in range(1, num_spikes + 1)]), 3.0, 10


def edges(rng: Random) -> list[Args]:
    return [
        (array_of([]), 3.0, 5),
        (array_of([math.nan, math.inf]), 3.0, 5),
        (array_of([*numbers(rng, 1), math.nan]), 3.0, 1),
        (array_of([*numbers(rng, 6), 500.0, 9000.0]), 2.0, 0),
        (array_of([*numbers(rng, 6), 500.0, 9000.0, math.inf]), 2.0, 1),
        (array_of([*numbers(rng, 6), 500.0, 9000.0, -math.inf]), 2.0, 9),
    ]
