"""Return the number of training errors of a split."""

import math
from random import Random

import numpy as np
from scipy.stats import mode

from parelha.tasks.draws import Args, distinct


def errors(xs: list[float], ys: list[int], threshold: float) -> int:
    """Return the number of training errors of a split."""
    left = [y for x, y in zip(xs, ys) if x <= threshold]
    right = [y for x, y in zip(xs, ys) if x > threshold]
    return sum(min(s.count(0), s.count(1)) for s in (left, right))


# Whole xs and thresholds at .5 keep every x off the threshold, unless an edge case puts it there.


def _binary(rng: Random, size: int) -> Args:
    xs = distinct(rng, size, 0, 30)
    cut = rng.randint(8, 22)
    return xs, [int(x > cut) if rng.random() < 0.8 else rng.randint(0, 1) for x in xs]


def ordinary(rng: Random, size: int) -> Args:
    return (*_binary(rng, size), rng.randint(4, 26) + 0.5)


def edges(rng: Random) -> list[Args]:
    return [
        ([1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1], 2.0),
        ([5.0, 6.0, 7.0], [1, 0, 1], float(rng.randint(8, 30))),
        ([1.0, 1.0, 1.0, 3.0, 4.0, 4.0], [0, 1, 0, 1, 1, 0], 1.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], [], float(rng.randint(1, 9))),
        ([math.nan, 1.0, 2.0, math.nan, 3.0], [0, 1, 1, 0, 1], 2.5),
        ([math.nan, 5.0, 6.0, 7.0], [1, 0, 1, 0], float(rng.randint(1, 4))),
    ]


def oracle(xs: list[float], ys: list[int], threshold: float) -> object:
    sides: list[list[int]] = [[], []]
    for x, y in zip(xs, ys, strict=True):
        if not math.isnan(x):
            sides[int(x > threshold)].append(y)
    # The mode takes the smallest of the most frequent; either choice has as many errors.
    return sum(int(np.sum(np.array(own) != mode(own).mode)) for own in sides if own)


def mistake_one_direction(xs: list[float], ys: list[int], threshold: float) -> int:
    return sum(int(x > threshold) != y for x, y in zip(xs, ys))
