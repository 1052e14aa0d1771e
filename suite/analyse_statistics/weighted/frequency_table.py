"""Return the mean of the values of a frequency table."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args


def mean_of_counts(counts: dict[int, int]) -> float:
    """Return the mean of the values of a frequency table."""
    total = sum(value * count for value, count in counts.items())
    return total / sum(counts.values())


def mean_of_counts_level_2(counts: dict[int, int]) -> float:
    """Return the mean of the values of a frequency table."""
    kept = {v: count for v, count in counts.items() if count > 0}
    if not kept:
        return 0.0
    total = sum(value * count for value, count in kept.items())
    return total / sum(kept.values())


def ordinary(rng: Random, size: int) -> Args:
    return ({value: rng.randint(1, 20) for value in rng.sample(range(1, 40), min(size, 8))},)


def edges(rng: Random) -> list[Args]:
    return [
        ({rng.randint(2, 40): 1},),
        ({0: rng.randint(1, 9), 5: 1},),
        ({-3: 2, 7: rng.randint(3, 9)},),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ({},),
        ({rng.randint(2, 40): 0},),
        ({4: -2, 9: -1},),
        ({4: -2, 9: rng.randint(1, 5), 6: 0, 2: 1},),
    ]


def oracle(counts: dict[int, int]) -> object:
    repeated = np.repeat(list(counts), [max(count, 0) for count in counts.values()])
    return float(repeated.mean()) if len(repeated) else 0.0


def mistake_mean_of_the_counts(counts: dict[int, int]) -> float:
    return sum(counts) / len(counts)
