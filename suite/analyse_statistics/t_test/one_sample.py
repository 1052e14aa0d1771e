"""Return the t statistic of a sample against a mean."""

from math import sqrt
from random import Random
from statistics import mean, pstdev, stdev
from typing import Any

from scipy import stats

from parelha.tasks.draws import Args, numbers

from ._shared import is_flat, whole


def one_sample_t(values: list[float], mu: float) -> float:
    """Return the t statistic of a sample against a mean."""
    error = stdev(values) / sqrt(len(values))
    return (mean(values) - mu) / error


def one_sample_t_level_2(values: list[float], mu: float) -> float:
    """Return the t statistic of a sample against a mean."""
    if len(set(values)) < 2:
        return 0.0
    error = stdev(values) / sqrt(len(values))
    return (mean(values) - mu) / error


def ordinary(rng: Random, size: int) -> Args:
    return numbers(rng, size, 10.0, 30.0), float(rng.randint(12, 28))


def edges(rng: Random) -> list[Args]:
    return [
        ([1.0, 2.0], float(rng.randint(3, 9))),
        ([-5.0, 0.0, 5.0], 0.0),
        (whole(rng, 4), -10.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], 3.0),
        (numbers(rng, 1), 3.0),
        ([7.0] * 4, float(rng.randint(1, 9))),
        ([4.0, 4.0], 4.0),
    ]


def oracle(values: list[float], mu: float) -> object:
    return 0.0 if is_flat(values) else float(stats.ttest_1samp(values, mu).statistic)


def mistake_population_deviation(values: Any, mu: Any) -> Any:
    return (mean(values) - mu) / (pstdev(values) / len(values) ** 0.5)
