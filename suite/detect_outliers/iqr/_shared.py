"""Outliers by Tukey's fences: quartiles and the interquartile range (IQR)."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers, with_outliers

# Quarters of an integer are exact in binary, so that a value on a fence is on it in any program.


def draw_values(rng: Random, size: int) -> Args:
    length = max(size, 6)
    count = 2 if length > 9 and rng.random() < 0.5 else 1
    return ([float(round(value)) for value in with_outliers(rng, length, count)],)


def easy_edges(rng: Random) -> list[Args]:
    same = float(rng.randint(1, 50))
    return [
        ([same] * 5,),
        ([same, same + 100.0],),
        ([same],),
        ([-float(round(value)) for value in with_outliers(rng, 8)],),
        ([same] * 7 + [same - 1.0],),
    ]


def fence_edges(rng: Random) -> list[Args]:
    base = float(rng.randint(1, 30))
    # Quartiles base and base + 4, hence 1.5 IQR = 6: the last value is exactly on the upper fence.
    on_fence = [base, base, base, base + 4.0, base + 10.0]
    return [([],), (on_fence,), ([base + 4.0 - v for v in on_fence],), (numbers(rng, 4, digits=0),)]


def fences(values: list[float]) -> tuple[float, float]:
    first, third = (float(q) for q in np.percentile(values, [25, 75]))
    return first - 1.5 * (third - first), third + 1.5 * (third - first)
