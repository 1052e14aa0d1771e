"""Return the lag-one autocorrelation of the tides."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, distinct, numbers

from ._shared import draw_levels


def autocorrelation(tides: list[float]) -> float:
    """Return the lag-one autocorrelation of the tides."""
    mean = sum(tides) / len(tides)
    z = [tide - mean for tide in tides]
    return sum(a * b for a, b in zip(z, z[1:])) / sum(a * a for a in z)


def autocorrelation_level_2(tides: list[float]) -> float:
    """Return the lag-one autocorrelation of the tides."""
    if len(set(tides)) < 2:
        return 0.0
    mean = sum(tides) / len(tides)
    z = [tide - mean for tide in tides]
    return sum(a * b for a, b in zip(z, z[1:])) / sum(a * a for a in z)


def ordinary(rng: Random, size: int) -> Args:
    return (draw_levels(rng, size),)


def edges(rng: Random) -> list[Args]:
    return [
        (distinct(rng, 2),),
        ([1.0, 5.0, 1.0, 5.0, 1.0, float(rng.randint(4, 9))],),
        ([1.0, 2.0, 3.0, 4.0, float(rng.randint(5, 99))],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        (numbers(rng, 1),),
        ([0.1] * rng.randint(3, 9),),
    ]


def oracle(tides: list[float]) -> object:
    if len(tides) < 2 or np.ptp(tides) == 0.0:
        return 0.0
    z = np.array(tides) - np.mean(tides)
    return float(np.correlate(z, z, "full")[len(z)] / np.sum(z**2))


def mistake_divides_by_all(tides: list[float]) -> float:
    return sum(a * b for a, b in zip(tides, tides[1:])) / sum(a * a for a in tides)
