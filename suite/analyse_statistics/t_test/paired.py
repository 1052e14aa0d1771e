"""Return the paired t statistic and its degrees of freedom."""

import math
from math import isnan
from random import Random
from statistics import mean, stdev

from scipy import stats

from parelha.tasks.draws import Args

from ._shared import NAN, whole


def paired_t(before: list[float], after: list[float]) -> tuple[float, int]:
    """Return the paired t statistic and its degrees of freedom."""
    gains = [a - b for b, a in zip(before, after)]
    n = len(gains)
    return mean(gains) / (stdev(gains) / n**0.5), n - 1


def paired_t_level_2(before: list[float], after: list[float]) -> tuple[float, int]:
    """Return the paired t statistic and its degrees of freedom."""
    gains = [a - b for b, a in zip(before, after)]
    gains = [gain for gain in gains if not math.isnan(gain)]
    n = len(gains)
    if n < 2:
        return 0.0, 0
    return mean(gains) / (stdev(gains) / n**0.5), n - 1


def ordinary(rng: Random, size: int) -> Args:
    before = whole(rng, size)
    gains = whole(rng, size, -5, 12)
    return before, [value + gain for value, gain in zip(before, gains, strict=True)]


def edges(rng: Random) -> list[Args]:
    return [
        ([3.0, 4.0], [4.0, float(rng.randint(6, 9))]),
        ([5.0, 5.0, 5.0], whole(rng, 3)),
        ([9.0, 8.0, 7.0], [1.0, 2.0, float(rng.randint(4, 6))]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([NAN, 3.0], [float(rng.randint(1, 9)), NAN]),
        ([NAN, 4.0], [2.0, float(rng.randint(5, 9))]),
        ([4.0, NAN, 6.0, 7.0], [9.0, 2.0, NAN, float(rng.randint(20, 30))]),
        ([NAN, 0.0, 8.0], [1.0, 5.0, float(rng.randint(20, 30))]),
    ]


def oracle(before: list[float], after: list[float]) -> object:
    if sum(not isnan(a - b) for b, a in zip(before, after, strict=True)) < 2:
        return (0.0, 0)
    result = stats.ttest_rel(after, before, nan_policy="omit")
    return (float(result.statistic), int(result.df))


def mistake_wrong_sign(before: list[float], after: list[float]) -> tuple[float, int]:
    d = [b - a for a, b in zip(after, before)]
    return mean(d) / (stdev(d) / len(d) ** 0.5), len(d) - 1
