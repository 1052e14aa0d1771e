"""Return the numbers of the blocks with an extreme sample."""

import math
from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args, with_outliers


def flag(signal: list[float], width: int, bound: float) -> list[int]:
    """Return the numbers of the blocks with an extreme sample."""
    flagged = []
    for number in range(len(signal) // width):
        start = number * width
        # What is left over belongs to the last whole block.
        last = start + 2 * width > len(signal)
        block = signal[start:] if last else signal[start:start + width]
        centre = sum(block) / len(block)
        squares = sum((sample - centre) ** 2 for sample in block)
        extreme = max(centre - min(block), max(block) - centre)
        spread = math.sqrt(squares / (len(block) - 1))
        if max(block) > min(block) and extreme > bound * spread:
            flagged.append(number)
    return flagged


def ordinary(rng: Random, size: int) -> Args:
    return with_outliers(rng, max(size, 2), size // 20), rng.randint(3, 12), 1.70001


def edges(rng: Random) -> list[Args]:
    return [
        ([], 3, 1.0),
        ([1.0, float(rng.randint(5, 50))], 3, 0.5),
        ([float(rng.randint(1, 9))] * 8, 4, 1.0),
        # The sum of these decimals, divided by their number, is not quite the decimal.
        ([0.1] * rng.randint(3, 5), 3, 0.3),
        ([1.0, 2.0, 1.0, 1.0, 2.0, 1.0, 2.0, float(rng.randint(50, 90))], 3, 1.7),
        ([1.0, 2.0, 1.0, 2.0, 1.0, 1.0, 2.0, 1.0, float(rng.randint(50, 90))], 4, 1.7),
        ([1.0, 2.0, -50.0, 2.0, 1.0, 1.0, 2.0, float(rng.randint(50, 90))], 4, 1.4),
    ]


def oracle(signal: list[float], width: int, bound: float) -> object:
    data, found = np.asarray(signal), []
    cuts = [i * width for i in range(1, len(signal) // width)]
    for number, block in enumerate(np.split(data, cuts)):
        varies = len(block) >= width and np.ptp(block) > 0
        if varies and np.abs(stats.zscore(block, ddof=1)).max() > bound:
            found.append(number)
    return found
