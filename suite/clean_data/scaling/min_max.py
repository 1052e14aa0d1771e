"""Return the values scaled to the range from 0 to 1."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers, sprinkle

from ._shared import draw_values, easy_edges, ratio


def min_max_scale(values: list[float]) -> list[float]:
    """Return the values scaled to the range from 0 to 1."""
    low, high = min(values), max(values)
    return [(value - low) / (high - low) for value in values]


def min_max_scale_level_2(values: list[float | None]) -> list[float | None]:
    """Return the values scaled to the range from 0 to 1."""
    known = [value for value in values if value is not None]
    if not known:
        return list(values)
    low = min(known)
    span = (max(known) - low) or 1.0
    return [None if v is None else (v - low) / span for v in values]


ordinary = draw_values
edges = easy_edges


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None, None],),
        (sprinkle(rng, numbers(rng, 5), None, 2),),
        ([3.0, None, 3.0],),
    ]


def _around_none(values: list[float | None], scaled: list[float]) -> list[float | None]:
    """Put the scaled numbers back between the None of `values`."""
    rest = iter(scaled)
    return [None if value is None else next(rest) for value in values]


def oracle(values: list[float]) -> object:
    kept = [value for value in values if value is not None]
    if not kept:
        return values
    return _around_none(list(values), ratio(np.asarray(kept) - min(kept), float(np.ptp(kept))))


def mistake_divides_by_the_maximum(values: list[float]) -> list[float]:
    return [v / max(values) for v in values]
