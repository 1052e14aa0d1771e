"""Return the values without the one that fails Grubbs' test."""

import math
from random import Random
from statistics import mean, stdev

import numpy as np

from parelha.tasks.draws import Args

from ._shared import distance, judged, judged_edges, limit_edges


def drop(values: list[float], critical: float) -> list[float]:
    """Return the values without the one that fails Grubbs' test."""
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    spread = math.sqrt(squares / (len(values) - 1))

    suspect = max(values, key=lambda value: abs(value - mean))
    if abs(suspect - mean) / spread <= critical:
        return list(values)
    place = values.index(suspect)
    return values[:place] + values[place + 1:]


def drop_level_2(values: list[float], critical: float) -> list[float]:
    """Return the values without the one that fails Grubbs' test."""
    if len(values) < 3 or max(values) == min(values):
        return list(values)

    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    spread = math.sqrt(squares / (len(values) - 1))

    suspect = max(values, key=lambda value: abs(value - mean))
    if abs(suspect - mean) / spread <= critical:
        return list(values)
    place = values.index(suspect)
    return values[:place] + values[place + 1:]


ordinary = judged
edges = judged_edges


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *limit_edges(rng),
        ([1.0, 5.0, 5.0, 9.0, 5.0], 1.0 + 0.01 * rng.randint(1, 9)),
    ]


def oracle(values: list[float], critical: float) -> object:
    if distance(values) <= critical:
        return values
    place = int(np.argmax(np.abs(np.asarray(values) - np.mean(values))))
    return [float(value) for value in np.delete(values, place)]


def mistake_removes_all_level_2(values: list[float], critical: float) -> list[float]:
    m, s = mean(values), stdev(values)
    return [v for v in values if abs(v - m) / s <= critical]
