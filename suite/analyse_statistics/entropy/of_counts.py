"""Return the Shannon entropy of counts, in bits."""

import math
from random import Random

from scipy import stats

from parelha.tasks.draws import Args


def entropy(counts: list[int]) -> float:
    """Return the Shannon entropy of counts, in bits."""
    total = sum(counts)
    return sum(c / total * math.log2(total / c) for c in counts)


def entropy_level_2(counts: list[int]) -> float:
    """Return the Shannon entropy of counts, in bits."""
    total = sum(counts)
    bins = [c for c in counts if c > 0]
    return sum((c / total * math.log2(total / c) for c in bins), 0.0)


def ordinary(rng: Random, size: int) -> Args:
    return ([rng.randint(1, 30) for _ in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([rng.randint(1, 99)],),
        ([7, 7, 7, 7],),
        ([1, rng.randint(500, 900)],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([0] * rng.randint(1, 4),),
        ([0, rng.randint(1, 9), 0],),
        ([rng.randint(2, 9), 0, 1, 5],),
    ]


def oracle(counts: list[int]) -> object:
    return float(stats.entropy(counts, base=2)) if sum(counts) else 0.0


def mistake_natural_logarithm(counts: list[int]) -> float:
    t = sum(counts)
    return -sum(c / t * math.log(c / t) for c in counts)
