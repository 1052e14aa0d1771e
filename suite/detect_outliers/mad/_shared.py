"""Outliers by the median and the median absolute deviation (MAD), which outliers do not move."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, Edges, distinct, redraw, with_outliers

# Whole numbers have an exact median and MAD: a value on a limit is on it in any program.


def draw_values(rng: Random, size: int) -> Args:
    """Whole numbers with different neighbours, so that the MAD is not zero."""
    return (draw_list(rng, size),)


def draw_list(rng: Random, size: int) -> list[float]:
    length = max(size, 5)
    return redraw(
        lambda: [float(round(v)) for v in with_outliers(rng, length, 1 + (length > 9))],
        lambda values: mad_of(values) > 0,
    )


def mad_of(values: list[float]) -> float:
    return float(np.median(np.abs(np.asarray(values) - np.median(values))))


def easy_edges(rng: Random) -> list[Args]:
    return [
        ([1.0, 2.0, float(rng.randint(60, 99))],),
        ([10.0, 11.0, 12.0, 13.0],),
        ([-value for value in draw_list(rng, 7)],),
        (distinct(rng, 9, -20, 80),),
    ]


def flat_edges(rng: Random) -> list[Args]:
    value = float(rng.randint(1, 50))
    return [([],), ([value],), ([value] * 5,), ([value] * 4 + [value + 30.0],)]


def at(limit: float) -> Edges:
    """Median 10 and MAD 1, and one value exactly at `limit` MADs from the median."""

    def edges(rng: Random) -> list[Args]:
        on_limit = [8.0, 9.0, 9.0, 10.0, 11.0, 11.0, 10.0 + limit]
        beyond = [*on_limit[:-1], on_limit[-1] + 0.5]
        mirrored = [20.0 - value for value in on_limit]
        return [*flat_edges(rng), (on_limit,), (beyond,), (mirrored,)]

    return edges


def distances(values: list[float]) -> list[float]:
    """Distance of each value to the median in units of the MAD; 0 where the MAD is 0."""
    if not values or mad_of(values) == 0:
        return [0.0] * len(values)
    return [abs(value - float(np.median(values))) / mad_of(values) for value in values]
