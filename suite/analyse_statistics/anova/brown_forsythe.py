"""Return the Brown-Forsythe statistic of the batches."""

from random import Random
from statistics import mean, median, pvariance

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args, numbers

from ._shared import Groups


def brown_forsythe(batches: list[list[float]]) -> float:
    """Return the Brown-Forsythe statistic of the batches."""
    far = [[abs(x - median(b)) for x in b] for b in batches]
    every = [x for own in far for x in own]
    between = sum(len(d) * (mean(d) - mean(every)) ** 2 for d in far)
    within = sum(len(d) * pvariance(d) for d in far)
    return (len(every) - len(far)) / (len(far) - 1) * between / within


def brown_forsythe_level_2(batches: list[list[float]]) -> float:
    """Return the Brown-Forsythe statistic of the batches."""
    large = [batch for batch in batches if len(batch) > 1]
    far = [[abs(x - median(b)) for x in b] for b in large]
    within = sum(len(d) * pvariance(d) for d in far)
    if len(far) < 2 or within == 0:
        return 0.0
    every = [x for own in far for x in own]
    between = sum(len(d) * (mean(d) - mean(every)) ** 2 for d in far)
    return (len(every) - len(far)) / (len(far) - 1) * between / within


def _whole(rng: Random, size: int) -> list[float]:
    return [float(rng.randint(0, 30)) for _ in range(size)]


def ordinary(rng: Random, size: int) -> Args:
    return ([[*_whole(rng, max(3, size // 2)), 40.0] for _ in range(3)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([[1.0, 2.0, 9.0], [4.0, 5.0, float(rng.randint(6, 30))]],),
        ([numbers(rng, 3), numbers(rng, 5)],),
        ([[0.0, 0.0, 6.0], [1.0, float(rng.randint(2, 9))], [5.0, 5.0]],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([_whole(rng, 4), [3.0], []],),
        ([[1.0, 3.0], [5.0, float(rng.randint(6, 30))]],),
        ([[7.0], [1.0, 2.0, 9.0], [4.0, 5.0, float(rng.randint(6, 30))]],),
    ]


def oracle(batches: Groups) -> object:
    kept = [batch for batch in batches if len(batch) > 1]
    if len(kept) < 2 or all(len({abs(x - np.median(b)) for x in b}) == 1 for b in kept):
        return 0.0
    return float(stats.levene(*kept, center="median").statistic)
