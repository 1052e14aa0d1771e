"""Return the indices of outliers, with a MAD for each side."""

from random import Random
from statistics import median

import numpy as np

from parelha.tasks.draws import Args


def skewed_outliers(values: list[float | None], k: float) -> list[int]:
    """Return the indices of outliers, with a MAD for each side."""
    known = [value for value in values if value is not None]
    if not known:
        return []
    centre = median(known)
    low = median(centre - value for value in known if value <= centre)
    high = median(value - centre for value in known if value >= centre)
    found = []
    for i, value in enumerate(values):
        if value is None:
            continue
        below, above = centre - value, value - centre
        if 0 < k * low < below or 0 < k * high < above:
            found.append(i)
    return found


# Whole numbers have an exact median and MAD: a value on a limit is on it in any program.


def ordinary(rng: Random, size: int) -> Args:
    """Whole numbers with a long tail above, outliers on both sides, some lost."""
    values: list[float | None] = []
    for _ in range(size):
        value = 50 - rng.randint(0, 4) if rng.random() < 0.5 else 50 + rng.randint(0, 16)
        if rng.random() < 0.06:
            value += rng.choice((-15, -22, 40, 75))
        values.append(None if rng.random() < 0.05 else float(value))
    return values, rng.choice((2.53, 3.57))


def edges(rng: Random) -> list[Args]:
    return [
        ([], 3.0),
        ([None, None, float(rng.randint(1, 9))], 3.0),
        ([5.0, 5.0, 5.0, None, 5.0, float(rng.randint(40, 90))], 2.0),
        # Below the median the MAD is 1, above it is 4.
        ([10.0, 9.0, 8.0, 14.0, 18.0, None, 7.0, 20.0 + rng.randint(0, 1), 10.0], 2.5),
        ([10.0, 9.0, 8.0, 14.0, 18.0, None, 4.0, 30.0 + rng.randint(0, 9), 10.0], 3.0),
        ([0.0, 0.125, -0.125, 0.25, -0.25, 0.75, -float(rng.randint(1, 3))], 2.5),
    ]


def oracle(values: list[float | None], k: float) -> object:
    known = np.array([value for value in values if value is not None])
    if len(known) == 0:
        return []
    centre = np.median(known)
    low = float(np.median(centre - known[known <= centre]))
    high = float(np.median(known[known >= centre] - centre))
    found = []
    for place, value in enumerate(values):
        mad = low if value is not None and value < centre else high
        if value is not None and mad > 0 and abs(value - centre) / mad > k:
            found.append(place)
    return found
