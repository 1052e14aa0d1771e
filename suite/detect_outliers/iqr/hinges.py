"""Return the number of outliers, with medians of the halves."""

from random import Random
from statistics import median

import numpy as np

from parelha.tasks.draws import Args

from ._shared import draw_values


def count_outliers(values: list[float]) -> int:
    """Return the number of outliers, with medians of the halves."""
    ordered = sorted(values)
    half = len(ordered) // 2
    first = median(ordered[:half])
    third = median(ordered[len(ordered) - half:])
    reach = 1.5 * (third - first)
    return sum(v < first - reach or v > third + reach for v in values)


def count_outliers_level_2(values: list[float]) -> int:
    """Return the number of outliers, with medians of the halves."""
    if len(values) < 4:
        return 0
    ordered = sorted(values)
    half = len(ordered) // 2
    first = median(ordered[:half])
    third = median(ordered[len(ordered) - half:])
    reach = 1.5 * (third - first)
    return sum(v < first - reach or v > third + reach for v in values)


ordinary = draw_values


def edges(rng: Random) -> list[Args]:
    return [
        ([float(rng.randint(1, 50))] * 5,),
        ([1.0, 2.0, 3.0, float(rng.randint(4, 9))],),
        ([1.0, 2.0, 3.0, 90.0, 4.0],),
        ([1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 12.0],),
        ([0.0] * 9 + [1.0],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([1.0, 1.0, 500.0],),
        ([2.0, 2.0, 2.0, 6.0, 6.0, 12.0],),
        ([1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 13.0, 5.0],),
        ([float(rng.randint(1, 9))] * 3 + [500.0],),
    ]


def oracle(values: list[float]) -> object:
    if len(values) < 4:
        return 0
    ordered = np.sort(values)
    half = len(ordered) // 2
    low, high = float(np.median(ordered[:half])), float(np.median(ordered[-half:]))
    reach = 1.5 * (high - low)
    return int(((ordered < low - reach) | (ordered > high + reach)).sum())
