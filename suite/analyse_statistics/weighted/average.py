"""Return the weighted average of the scores."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import whole


def weighted_average(scores: list[float], weights: list[float]) -> float:
    """Return the weighted average of the scores."""
    total = sum(s * w for s, w in zip(scores, weights))
    return total / sum(weights)


def weighted_average_level_2(scores: list[float], weights: list[float]) -> float:
    """Return the weighted average of the scores."""
    pairs = zip(scores, weights)
    taken = [(s, w) for s, w in pairs if not math.isnan(s)]
    whole = sum(w for _, w in taken)
    if whole == 0:
        return math.nan
    return sum(s * w for s, w in taken) / whole


def ordinary(rng: Random, size: int) -> Args:
    return numbers(rng, size, 0.0, 10.0), whole(rng, size)


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 1), [3.0]),
        (numbers(rng, 4), [0.5] * 4),
        ([0.0, 10.0], whole(rng, 2)),
    ]


NAN = math.nan


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([NAN, NAN], whole(rng, 2)),
        ([NAN, *numbers(rng, 3), NAN], whole(rng, 5)),
        (numbers(rng, 2), [0.0, 0.0]),
        ([NAN, *numbers(rng, 2)], [2.0, 0.0, 1.0]),
    ]


def oracle(scores: list[float], weights: list[float]) -> object:
    known = np.asarray([not math.isnan(score) for score in scores], dtype=bool)
    if not sum(weight for weight, here in zip(weights, known, strict=True) if here):
        return NAN
    return float(np.average(np.asarray(scores)[known], weights=np.asarray(weights)[known]))


def mistake_ignores_weights(scores: list[float], weights: list[float]) -> float:
    return sum(scores) / len(scores)
