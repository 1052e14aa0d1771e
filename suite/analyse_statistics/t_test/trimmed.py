"""Return Yuen's t of two samples, with a fifth trimmed at each end."""

import math
from random import Random
from statistics import mean, pvariance

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args, numbers


def yuen_t(treated: list[float], control: list[float]) -> float:
    """Return Yuen's t of two samples, with a fifth trimmed at each end."""
    centres, error = [], 0.0
    for sample in (treated, control):
        known = sorted(x for x in sample if not math.isnan(x))
        n = len(known)
        if n < 5:
            return math.nan
        g = n // 5
        h = n - 2 * g
        inner = known[g:n - g]
        pulled = [inner[0]] * g + inner + [inner[-1]] * g
        centres.append(mean(inner))
        error += n * pvariance(pulled) / (h * (h - 1))
    return (centres[0] - centres[1]) / math.sqrt(error)


NAN = float("nan")


def ordinary(rng: Random, size: int) -> Args:
    """Two samples with a few wild values and gaps."""
    half = max(size // 2, 5)
    samples = numbers(rng, half, 10.0, 40.0), numbers(rng, half + rng.randint(0, 6), 10.0, 44.0)
    for sample in samples:
        for _ in range(1 + half // 12):
            sample[rng.randrange(len(sample))] = rng.choice((-300.0, 400.0, 900.0))
    for _ in range(half // 9):
        samples[0][rng.randrange(len(samples[0]))] = NAN
    return samples


def edges(rng: Random) -> list[Args]:
    return [
        ([], numbers(rng, 6)),
        (numbers(rng, 6), numbers(rng, 4)),
        (numbers(rng, 5), numbers(rng, 5)),
        ([*numbers(rng, 4), NAN], numbers(rng, 7)),
        ([NAN, *numbers(rng, 5), NAN], [*numbers(rng, 8), 999.0]),
        (numbers(rng, 10), numbers(rng, 9)),
    ]


def oracle(treated: list[float], control: list[float]) -> object:
    kept = [[x for x in sample if np.isfinite(x)] for sample in (treated, control)]
    if min(len(sample) for sample in kept) < 5:
        return NAN
    return float(stats.ttest_ind(*kept, equal_var=False, trim=0.2).statistic)
