"""Return the value furthest from the mean."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import draw_values, easy_edges


def most_suspect(values: list[float]) -> float:
    """Return the value furthest from the mean."""
    mean = sum(values) / len(values)
    return max(values, key=lambda value: abs(value - mean))


def most_suspect_level_2(values: list[float]) -> float | None:
    """Return the value furthest from the mean."""
    if not values:
        return None
    mean = sum(values) / len(values)
    return max(values, key=lambda value: abs(value - mean))


ordinary = draw_values


def edges(rng: Random) -> list[Args]:
    return [*easy_edges(rng), ([float(rng.randint(1, 9))],)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([float(rng.randint(1, 4)), 9.0],),
        ([6.0, 2.0, 4.0, 4.0],),
        ([7.0, 8.0, 3.0, 4.0, 5.5],),
        ([3.0, 4.0, 7.0, 8.0, 5.5],),
    ]


def oracle(values: list[float]) -> object:
    if not values:
        return None
    return values[int(np.argmax(np.abs(np.asarray(values) - np.mean(values))))]


def mistake_largest_by_size(values: list[float]) -> float:
    return max(values, key=abs)
