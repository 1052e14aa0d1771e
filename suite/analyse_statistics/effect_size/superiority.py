"""Return how likely a new score beats an old one."""

from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args

from ._shared import NAN, Floats


def superiority(old: np.ndarray, new: np.ndarray) -> float:
    """Return how likely a new score beats an old one."""
    first, second = np.sort(old[old >= 0]), new[new >= 0]
    if first.size == 0 or second.size == 0:
        return 0.5
    below = np.searchsorted(first, second, side="left")
    upto = np.searchsorted(first, second, side="right")
    return float((below + upto).mean() / (2 * first.size))


def _pair(old: list[float], new: list[float]) -> Args:
    return np.array(old, dtype=float), np.array(new, dtype=float)


def ordinary(rng: Random, size: int) -> Args:
    old = [float(rng.randint(0, 100)) for _ in range(size)]
    new = [float(rng.randint(5, 110)) for _ in range(size + rng.randint(-3, 9))]
    for values in (old, new):
        for place in rng.sample(range(len(values)), max(1, len(values) // 20)):
            values[place] = rng.choice((NAN, -5.0))
    return _pair(old, new)


def edges(rng: Random) -> list[Args]:
    return [
        _pair([], [3.0, float(rng.randint(1, 9))]),
        _pair([4.0], [NAN, -1.0]),
        _pair([4.0, 4.0], [4.0]),
        _pair([0.0, -2.0, 5.0], [0.0, float(rng.randint(1, 9)), NAN]),
        _pair([9.0, 1.0, 5.0, float(rng.randint(0, 9))], [5.0, 1.0]),
    ]


def oracle(old: Floats, new: Floats) -> object:
    old, new = old[old >= 0], new[new >= 0]
    if min(len(old), len(new)) == 0:
        return 0.5
    return float(stats.mannwhitneyu(new, old).statistic) / (len(old) * len(new))
