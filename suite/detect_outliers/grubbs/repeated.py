"""Return the values that repeated tests of Grubbs remove."""

from random import Random
from statistics import mean, stdev

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args

from ._shared import critical_of, near, sample


def prune(values: list[float | None], alpha: float) -> list[float]:
    """Return the values that repeated tests of Grubbs remove."""
    rest = [value for value in values if value is not None]
    removed: list[float] = []
    while len(rest) > 2 and max(rest) > min(rest):
        centre, size = mean(rest), len(rest)
        away = [abs(value - centre) for value in rest]
        quantile = stats.t.ppf(1 - alpha / (2 * size), size - 2)
        ratio = quantile**2 / (size - 2 + quantile**2)
        critical = (size - 1) / size**0.5 * ratio**0.5
        if max(away) / stdev(rest) <= critical:
            break
        removed.append(rest.pop(away.index(max(away))))
    return removed


def ordinary(rng: Random, size: int) -> Args:
    alpha = rng.choice((0.01, 0.05, 0.1))
    values: list[float | None] = [*sample(rng, max(size, 5), alpha, 12)]
    for _ in range(rng.randint(0, 3)):
        values.insert(rng.randint(0, len(values)), None)
    return values, alpha


def edges(rng: Random) -> list[Args]:
    value = float(rng.randint(1, 30))
    return [
        ([], 0.05),
        ([None, value, None, value + 70.0], 0.05),
        ([value] * 6, 0.05),
        ([value] * 9 + [value + 50.0], 0.05),
        ([value, None, value, value + 1.0, value + 90.0], 0.05),
        ([value, value + 1.0, value + 2.0, value - 90.0, value + 1.0, value + 60.0, value], 0.1),
        *((near(rng, factor, 0.05), 0.05) for factor in (0.995, 0.997, 1.003, 1.005)),
    ]


def oracle(values: list[float | None], alpha: float) -> object:
    rest = np.asarray([value for value in values if value is not None], dtype=float)
    removed = []
    while len(rest) >= 3 and np.ptp(rest) > 0:
        away = np.abs(stats.zscore(rest, ddof=1))
        if away.max() <= critical_of(len(rest), alpha):
            break
        removed.append(float(rest[away.argmax()]))
        rest = np.delete(rest, away.argmax())
    return removed
