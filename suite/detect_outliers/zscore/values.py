"""Return the values more than two standard deviations off."""

import math
from random import Random
from statistics import mean, pstdev, stdev

from parelha.tasks.draws import Args, sprinkle

from ._shared import drawn, easy_edges, on_limit, z_scores


def find_outliers(values: list[float]) -> list[float]:
    """Return the values more than two standard deviations off."""
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    limit = 2 * variance**0.5
    return [value for value in values if abs(value - mean) > limit]


def find_outliers_level_2(values: list[float]) -> list[float]:
    """Return the values more than two standard deviations off."""
    known = [value for value in values if not math.isnan(value)]
    if not known or max(known) == min(known):
        return []
    mean = sum(known) / len(known)
    variance = sum((value - mean) ** 2 for value in known) / len(known)
    limit = 2 * variance**0.5
    return [value for value in known if abs(value - mean) > limit]


ordinary = drawn(2.0, 7)
edges = easy_edges(2.0)


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *on_limit(0, 0, 5, 0, 0)(rng),
        (sprinkle(rng, [4.0] * 9 + [60.0], math.nan, 2),),
        ([math.nan],),
    ]


def _far_oracle(values: list[float]) -> object:
    return [v for v, z in zip(values, z_scores(values), strict=True) if abs(z) > 2]


def oracle(values: list[float]) -> object:
    return _far_oracle([v for v in values if not math.isnan(v)])


def mistake_sample_deviation(values: list[float]) -> list[float]:
    return [v for v in values if abs(v - mean(values)) > 2 * stdev(values)]


def mistake_above_only(values: list[float]) -> list[float]:
    return [v for v in values if v - mean(values) > 2 * pstdev(values)]
