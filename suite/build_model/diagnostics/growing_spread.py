"""Return the rank correlation of fitted values and the size of misses."""

import math
from random import Random

import numpy as np
from scipy.stats import spearmanr

from parelha.tasks.draws import Args, numbers


def spread_trend(fitted: list[float], misses: list[float]) -> float:
    """Return the rank correlation of fitted values and the size of misses."""
    def centred_ranks(values: list[float]) -> list[float]:
        ordered = sorted(values)
        first: dict[float, int] = {}
        last: dict[float, int] = {}
        for rank, value in enumerate(ordered):
            first.setdefault(value, rank)
            last[value] = rank
        return [first[v] + last[v] - (len(values) - 1) for v in values]

    a = centred_ranks(fitted)
    b = centred_ranks([abs(miss) for miss in misses])
    bottom = math.sqrt(sum(u * u for u in a) * sum(v * v for v in b))
    return sum(u * v for u, v in zip(a, b)) / bottom if bottom else 0.0


def ordinary(rng: Random, size: int) -> Args:
    size = max(size, 4)
    fitted = [float(rng.randint(0, 2 * size)) for _ in range(size)]
    spread = [abs(rng.gauss(0.0, 1.0 + value / size)) for value in fitted]
    return fitted, [round(rng.choice((-1, 1)) * s, 1 if size < 300 else 2) for s in spread]


def edges(rng: Random) -> list[Args]:
    return [
        ([], []),
        (numbers(rng, 1), [2.0]),
        ([3.0, 3.0, 3.0], numbers(rng, 3)),
        ([1.0, 2.0, 3.0], [2.0, -2.0, 2.0]),
        ([1.0, 2.0, 3.0, 4.0], [-1.0, 2.0, -3.0, float(rng.randint(4, 9))]),
        ([5.0, 1.0, 5.0, 2.0], [0.5, -4.0, -0.5, float(rng.randint(1, 3))]),
    ]


def oracle(fitted: list[float], misses: list[float]) -> object:
    if len(set(fitted)) < 2 or len({abs(miss) for miss in misses}) < 2:
        return 0.0
    return float(spearmanr(fitted, np.abs(misses)).statistic)
