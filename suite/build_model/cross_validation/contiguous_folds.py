"""Return the indices of every test fold."""

from random import Random

import numpy as np
from sklearn.model_selection import KFold

from parelha.tasks.draws import Args


def folds(n: int, k: int) -> list[list[int]]:
    """Return the indices of every test fold."""
    result = []
    start = 0
    for fold in range(k):
        stop = start + n // k + (fold < n % k)
        result.append(list(range(start, stop)))
        start = stop
    return result


def folds_level_2(n: int, k: int) -> list[list[int]]:
    """Return the indices of every test fold."""
    result = []
    start = 0
    for fold in range(min(k, n)):
        stop = start + max(n // k, 1) + (k < n and fold < n % k)
        result.append(list(range(start, stop)))
        start = stop
    return result


def ordinary(rng: Random, size: int) -> Args:
    return (size + rng.randint(1, 30), rng.randint(2, 4))


def edges(rng: Random) -> list[Args]:
    return [
        (rng.randint(40, 60), 1),
        (6, 3),
        (5, 5),
        (rng.randint(61, 80), 7),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (0, 3),
        (3, rng.randint(4, 20)),
        (1, 2),
    ]


def oracle(n: int, k: int) -> object:
    if n == 0:
        return []
    if min(n, k) == 1:
        return [list(range(n))]
    return [[int(i) for i in test] for _, test in KFold(min(n, k)).split(np.zeros(n))]


def mistake_every_kth_row(n: int, k: int) -> list[list[int]]:
    return [list(range(n))[fold::k] for fold in range(k)]
