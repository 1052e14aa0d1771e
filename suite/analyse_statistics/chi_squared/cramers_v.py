"""Return Cramér's V of a table of counts."""

import math
from random import Random

import numpy as np
from scipy.stats import contingency

from parelha.tasks.draws import Args

from ._shared import Rows, counts_of


def cramers_v(counts: list[list[int]]) -> float:
    """Return Cramér's V of a table of counts."""
    n = sum(map(sum, counts))
    sums = [sum(column) for column in zip(*counts)]
    q = 0.0
    for row in counts:
        for c, total in zip(row, sums):
            e = sum(row) * total / n
            q += (c - e) ** 2 / e
    return math.sqrt(q / (n * (min(len(counts), len(sums)) - 1)))


def cramers_v_level_2(counts: list[list[int]]) -> float:
    """Return Cramér's V of a table of counts."""
    sums = [sum(column) for column in zip(*counts)]
    k = min(len(counts), len(sums))
    if k < 2:
        return 0.0
    n, q = sum(sums), 0.0
    for row in counts:
        for c, total in zip(row, sums):
            e = sum(row) * total / n
            q += (c - e) ** 2 / e
    return math.sqrt(q / (n * (k - 1)))


def ordinary(rng: Random, size: int) -> Args:
    return (counts_of(rng, max(2, size // 3), rng.randint(2, 4)),)


def edges(rng: Random) -> list[Args]:
    return [
        ([[1, 50], [50, rng.randint(1, 5)]],),
        ([[2, 4], [3, 6], [rng.randint(5, 9), 1]],),
        (counts_of(rng, 2, 4),),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        (counts_of(rng, 1, 3),),
        (counts_of(rng, 3, 1),),
        ([[0, rng.randint(1, 9)], [rng.randint(1, 9), 0]],),
        ([[0, 3, 5], [2, 0, rng.randint(1, 9)]],),
    ]


def oracle(counts: Rows) -> object:
    smaller = min(len(counts), len(counts[0]) if counts else 0)
    if smaller < 2:
        return 0.0
    return float(contingency.association(np.array(counts), method="cramer"))
