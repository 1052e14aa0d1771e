"""Return a flag for each value: is it far from the mean before it?"""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import easy_edges, whole


def watch(values: list[float], limit: float) -> list[bool]:
    """Return a flag for each value: is it far from the mean before it?"""
    flags = []
    total = 0.0
    for count, value in enumerate(values):
        flags.append(count > 0 and abs(value - total / count) > limit)
        total += value
    return flags


def ordinary(rng: Random, size: int) -> Args:
    return whole(rng, size), rng.choice((2.37, 4.61, 8.83))


def edges(rng: Random) -> list[Args]:
    return [(values, 1.77) for (values,) in easy_edges(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], 1.0),
        ([float(rng.randint(1, 9))], 0.5),
        ([4.0, 7.0, 8.5, float(rng.randint(20, 30))], 3.0),
        ([-4.0, -9.0, -1.5, float(rng.randint(20, 30))], 5.0),
    ]


def oracle(values: list[float], limit: float) -> object:
    if not values:
        return []
    before = np.cumsum(values)[:-1] / np.arange(1, len(values))
    return [False, *(bool(gap > limit) for gap in np.abs(np.asarray(values[1:]) - before))]


def mistake_includes_itself(values: list[float], limit: float) -> list[bool]:
    means = [sum(values[: i + 1]) / (i + 1) for i in range(len(values))]
    return [abs(v - m) > limit for v, m in zip(values, means)]
