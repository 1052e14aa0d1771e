"""Return how many deviations each value is from the mean before it."""

import math
from random import Random
from statistics import mean, pstdev

import numpy as np

from parelha.tasks.draws import Args

from ._shared import whole


def live_scores(values: list[float]) -> list[float]:
    """Return how many deviations each value is from the mean before it."""
    scores = [0.0, 0.0]
    for i in range(2, len(values)):
        before = values[:i]
        scores.append(abs(values[i] - mean(before)) / pstdev(before))
    return scores


def live_scores_level_2(values: list[float]) -> list[float]:
    """Return how many deviations each value is from the mean before it."""
    scores = []
    mean = squares = 0.0
    for count, value in enumerate(values):
        step = value - mean
        scores.append(
            abs(step) / math.sqrt(squares / count) if squares > 0 else 0.0
        )
        mean += step / (count + 1)
        squares += step * (value - mean)
    return scores


def ordinary(rng: Random, size: int) -> Args:
    return (whole(rng, size),)


def edges(rng: Random) -> list[Args]:
    return [
        ([3.0, float(rng.randint(5, 60))],),
        ([-1.0, 2.0, float(rng.randint(-60, -5))],),
        ([1.0, 2.0, 1.0, 2.0, float(rng.randint(20, 60)), 1.0],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([float(rng.randint(1, 9))],),
        ([4.0, 4.0, 4.0, float(rng.randint(20, 60)), 4.0, 5.0],),
        ([4.0, 4.0, float(rng.randint(-60, -20)), 3.0],),
    ]


def oracle(values: list[float]) -> object:
    scores = []
    for place, value in enumerate(values):
        before = values[:place]
        spread = float(np.std(before)) if place > 1 else 0.0
        scores.append(abs(value - float(np.mean(before))) / spread if spread > 0 else 0.0)
    return scores


def mistake_population_deviation(values: list[float]) -> list[float]:
    scores = [0.0, 0.0]
    for i in range(2, len(values)):
        before = values[:i]
        scores.append((values[i] - mean(before)) / pstdev(before))
    return scores
