"""Return the ages with no other age close by, sorted."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, distinct


def hermits(ages: list[float], space: float) -> list[float]:
    """Return the ages with no other age close by, sorted."""
    found = []
    for age in sorted(ages):
        close = [other for other in ages if abs(other - age) <= space]
        if len(close) == 1:
            found.append(age)
    return found


def ordinary(rng: Random, size: int) -> Args:
    return (distinct(rng, size, 1, 9 * size), rng.choice((1.5, 3.5, 6.5)))


def edges(rng: Random) -> list[Args]:
    return [
        ([30.0], 5.5),
        ([40.0, 20.0, 24.0, float(rng.randint(70, 90))], 4.5),
        ([float(rng.randint(60, 90)), 31.0, 30.0, 11.0], 10.5),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], 2.0),
        ([50.0, 50.0, float(rng.randint(70, 90))], 3.0),
        ([50.0, 53.0, 40.0, float(rng.randint(70, 90))], 3.0),
        ([5.0, float(rng.randint(70, 90)), 5.0, 6.0], 0.0),
    ]


def oracle(ages: list[float], space: float) -> object:
    if not ages:
        return []
    ordered = np.sort(ages)
    gaps = np.concatenate([[np.inf], np.diff(ordered), [np.inf]])
    return [float(v) for v in ordered[(gaps[:-1] > space) & (gaps[1:] > space)]]
