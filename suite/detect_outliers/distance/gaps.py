"""Return the distance of each value to the nearest other value."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, distinct


def nearest_gaps(values: list[float]) -> list[float]:
    """Return the distance of each value to the nearest other value."""
    gaps = []
    for i, value in enumerate(values):
        others = values[:i] + values[i + 1:]
        gaps.append(min(abs(value - other) for other in others))
    return gaps


def nearest_gaps_level_2(values: list[float]) -> list[float]:
    """Return the distance of each value to the nearest other value."""
    if len(values) < 2:
        return [0.0] * len(values)
    gaps = []
    for i, value in enumerate(values):
        others = values[:i] + values[i + 1:]
        gaps.append(min(abs(value - other) for other in others))
    return gaps


def ordinary(rng: Random, size: int) -> Args:
    return ([*distinct(rng, size), float(rng.randint(150, 200))],)


def edges(rng: Random) -> list[Args]:
    return [
        ([3.0, float(rng.randint(5, 90))],),
        ([-1.0, -5.5, 2.0, float(rng.randint(5, 90))],),
        ([float(rng.randint(50, 90)), 1.0, 2.5, 4.5],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([float(rng.randint(1, 9))],),
        ([4.0, 4.0, float(rng.randint(7, 90))],),
        ([9.0, 1.0, 9.0, float(rng.randint(2, 6)), 1.0],),
    ]


def oracle(values: list[float]) -> object:
    table = np.abs(np.subtract.outer(values, values))
    np.fill_diagonal(table, np.inf)
    return [float(gap) for gap in table.min(axis=1)] if len(values) > 1 else [0.0] * len(values)


def mistake_counts_itself(values: list[float]) -> list[float]:
    return [min(abs(v - w) for w in values) for v in values]
