"""Return how many components reach a share of the variance."""

import math
from itertools import accumulate
from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers, redraw


def needed(variances: list[float], share: float) -> int:
    """Return how many components reach a share of the variance."""
    total = 0.0
    for count, variance in enumerate(variances, start=1):
        total += variance
        if total >= share * sum(variances):
            return count
    return len(variances)


def needed_level_2(variances: list[float], share: float) -> int:
    """Return how many components reach a share of the variance."""
    known = [v for v in variances if not math.isnan(v)]
    total = 0.0
    for count, variance in enumerate(sorted(known, reverse=True), start=1):
        total += variance
        if total >= share * sum(known) > 0:
            return count
    return 0


SHARES = (0.5, 0.7, 0.85, 0.95)


def _clear(variances: list[float]) -> bool:
    """Whether no running share lies on one of the shares that are asked for."""
    total = sum(variances)
    running = accumulate(sorted(variances, reverse=True))
    return all(abs(part / total - share) > 1e-6 for part in running for share in SHARES)


def ordinary(rng: Random, size: int) -> Args:
    variances = redraw(lambda: numbers(rng, size, 0.1, 9.0), _clear)
    return sorted(variances, reverse=True), rng.choice(SHARES)


def edges(rng: Random) -> list[Args]:
    return [
        ([float(rng.randint(1, 9))], 0.9),
        ([2.0, 1.0, 1.0], 0.5),
        ([3.0, 3.0, 1.0, 1.0], 0.75),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], 0.5),
        ([0.0, 0.0, math.nan], 0.9),
        ([1.0, 1.0, 2.0], 0.5),
        ([math.nan, 1.0, 7.0, float(rng.randint(20, 30))], 0.9),
        ([2.0, math.nan, 6.0], 0.75),
    ]


def oracle(variances: list[float], share: float) -> object:
    known = np.sort(np.nan_to_num(variances))[::-1]
    if not known.sum():
        return 0
    return int(np.searchsorted(np.cumsum(known) / known.sum(), share) + 1)
