"""Return the mean and the population variance."""

import math
import statistics as s
from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers, sprinkle

from ._shared import draw_values, kept_of, plain_edges


def mean_variance(values: list[float]) -> tuple[float, float]:
    """Return the mean and the population variance."""
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    return mean, variance


def mean_variance_level_2(values: list[float]) -> tuple[float, float]:
    """Return the mean and the population variance."""
    kept = [value for value in values if not math.isnan(value)]
    if not kept:
        return math.nan, math.nan
    mean = sum(kept) / len(kept)
    return mean, sum((value - mean) ** 2 for value in kept) / len(kept)


ordinary = draw_values
edges = plain_edges
NAN = math.nan


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([NAN, NAN],),
        (sprinkle(rng, numbers(rng, 5), NAN, 2),),
        ([NAN, numbers(rng, 1)[0]],),
    ]


def oracle(values: list[float]) -> object:
    kept = kept_of(values)
    return (float(np.mean(kept)), float(np.var(kept))) if kept else (NAN, NAN)


def mistake_sample_variance(values: list[float]) -> tuple[float, float]:
    m = s.mean(values)
    return m, sum((v - m) ** 2 for v in values) / max(len(values) - 1, 1)
