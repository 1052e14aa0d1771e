"""Return the values divided by the largest absolute value."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import draw_values, easy_edges, flat_edges, ratio


def max_abs_scale(values: list[float]) -> list[float]:
    """Return the values divided by the largest absolute value."""
    largest = max(abs(value) for value in values)
    return [value / largest for value in values]


def max_abs_scale_level_2(values: list[float]) -> list[float]:
    """Return the values divided by the largest absolute value."""
    largest = max((abs(value) for value in values), default=0.0)
    return [value / (largest or 1.0) for value in values]


ordinary = draw_values


def edges(rng: Random) -> list[Args]:
    return [*easy_edges(rng), ([-8.0, 4.0, 2.0],)]


def edges_level_2(rng: Random) -> list[Args]:
    return [*flat_edges(rng), ([-0.5],)]


def oracle(values: list[float]) -> object:
    return ratio(values, float(np.max(np.abs(values)))) if values else []


def mistake_keeps_the_sign_of_the_maximum(values: list[float]) -> list[float]:
    return [v / max(values) for v in values]
