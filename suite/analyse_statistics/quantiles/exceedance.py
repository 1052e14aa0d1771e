"""Return for each limit the share of observations above it."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import NAN, Floats, floats


def exceedance(observed: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Return for each limit the share of observations above it."""
    known = np.sort(observed[~np.isnan(observed)])
    if known.size == 0:
        return np.full(limits.size, np.nan)
    shares = 1 - np.searchsorted(known, limits, side="right") / known.size
    return np.where(np.isnan(limits), np.nan, shares)


def ordinary(rng: Random, size: int) -> Args:
    observed = [float(rng.randint(0, 300)) for _ in range(size)]
    limits = [float(rng.randint(-20, 320)) for _ in range(max(3, size // 2))]
    for place in rng.sample(range(size), size // 15):
        observed[place] = NAN
    limits[rng.randrange(len(limits))] = NAN
    return floats(observed), floats(limits)


def edges(rng: Random) -> list[Args]:
    return [
        (floats([]), floats([1.0, NAN])),
        (floats([NAN, NAN]), floats(numbers(rng, 2))),
        (floats(numbers(rng, 3)), floats([])),
        (floats([2.0, 2.0, 5.0, NAN]), floats([5.0, 2.0, 1.0, float(rng.randint(6, 9))])),
        (floats([float(rng.randint(1, 9))]), floats([NAN, 4.5])),
    ]


def oracle(observed: Floats, limits: Floats) -> object:
    known = observed[np.isfinite(observed)]
    if len(known) == 0:
        return np.full(len(limits), NAN)
    shares = (known[None, :] > limits[:, None]).mean(axis=1)
    return np.where(np.isnan(limits), NAN, shares)
