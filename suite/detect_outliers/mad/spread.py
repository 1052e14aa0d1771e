"""Return the median and the median absolute deviation."""

from random import Random
from statistics import mean, median

import numpy as np

from parelha.tasks.draws import Args

from ._shared import draw_values, easy_edges, flat_edges, mad_of


def median_and_mad(values: list[float]) -> tuple[float, float]:
    """Return the median and the median absolute deviation."""
    centre = median(values)
    mad = median(abs(value - centre) for value in values)
    return centre, mad


def median_and_mad_level_2(values: list[float]) -> tuple[float, float]:
    """Return the median and the median absolute deviation."""
    if not values:
        return 0.0, 0.0
    centre = median(values)
    mad = median(abs(value - centre) for value in values)
    return centre, mad


ordinary = draw_values


def edges(rng: Random) -> list[Args]:
    return [*easy_edges(rng), *flat_edges(rng)[1:3]]


edges_level_2 = flat_edges


def oracle(values: list[float]) -> object:
    return (float(np.median(values)), mad_of(values)) if values else (0.0, 0.0)


def mistake_mean_deviation(values: list[float]) -> tuple[float, float]:
    m = median(values)
    return m, mean(abs(v - m) for v in values)
