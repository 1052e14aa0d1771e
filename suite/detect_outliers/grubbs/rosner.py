"""Return the number of outliers by Rosner's procedure."""

from random import Random
from statistics import mean, stdev

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args

from ._shared import critical_of, near, sample


def rosner(data: list[float], most: int, alpha: float) -> int:
    """Return the number of outliers by Rosner's procedure."""
    points = list(data)
    found = 0
    for turn in range(1, most + 1):
        m = len(points)
        if m < 3 or max(points) == min(points):
            break
        centre = mean(points)
        away = [abs(point - centre) for point in points]
        q = stats.t.ppf(1 - alpha / (2 * m), m - 2)
        bound = (m - 1) * q / (m * (m - 2 + q * q)) ** 0.5
        if max(away) / stdev(points) > bound:
            found = turn
        del points[away.index(max(away))]
    return found


def ordinary(rng: Random, size: int) -> Args:
    alpha = rng.choice((0.01, 0.05, 0.1))
    most = rng.randint(1, 6)
    length = max(size, most + 4)
    return sample(rng, length, alpha, most), most, alpha


def edges(rng: Random) -> list[Args]:
    return [
        ([], 3, 0.05),
        ([4.0] * 5, 2, 0.05),
        ([1.0, 1.5, float(rng.randint(5000, 6000))], 1, 0.1),
        # Two outliers hide each other: only the second turn succeeds.
        ([1.0, 2.0, 1.5, 1.8, 1.2, 1.6, 1.4, 2.2, 40.0, 41.0 + rng.randint(0, 2)], 3, 0.05),
        ([1.0, 2.0, 1.5, 1.8, 1.2, 1.6, 1.4, 2.2, 40.0, 41.0 + rng.randint(0, 2)], 1, 0.05),
        ([float(rng.randint(1, 9)), 50.0], 2, 0.05),
        ([2.0, 2.0, 2.0, 2.0, 2.0, float(rng.randint(80, 99))], 4, 0.1),
        *((near(rng, factor, 0.05), 1, 0.05) for factor in (0.995, 0.997, 1.003, 1.005)),
    ]


def oracle(data: list[float], most: int, alpha: float) -> object:
    rest, found = np.asarray(data, dtype=float), 0
    for turn in range(1, most + 1):
        if len(rest) < 3 or np.ptp(rest) == 0:
            break
        away = np.abs(rest - rest.mean())
        if away.max() / rest.std(ddof=1) > critical_of(len(rest), alpha):
            found = turn
        rest = np.delete(rest, away.argmax())
    return found
