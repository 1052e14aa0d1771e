"""Return the chance of illness after a positive test."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def chances(towns: list[float], hit: float, alarm: float) -> list[float]:
    """Return the chance of illness after a positive test."""
    return [p * hit / (p * hit + (1 - p) * alarm) for p in towns]


def chances_level_2(towns: list[float], hit: float, alarm: float) -> list[float]:
    """Return the chance of illness after a positive test."""
    result = []
    for town in towns:
        p = 0.5 if math.isnan(town) else town
        positive = p * hit + (1 - p) * alarm
        result.append(p * hit / positive if positive else 0.0)
    return result


def ordinary(rng: Random, size: int) -> Args:
    return numbers(rng, size, 0.01, 0.5, 2), 0.9, round(rng.uniform(0.02, 0.3), 2)


def edges(rng: Random) -> list[Args]:
    return [
        ([], 0.9, 0.1),
        ([0.5], 0.8, 0.8),
        ([0.01, 0.99], round(rng.uniform(0.5, 0.9), 2), 0.05),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([0.0, 0.5, 1.0], 0.9, 0.0),
        ([math.nan, 0.25], round(rng.uniform(0.5, 0.9), 2), 0.1),
        ([0.0, 1.0], 0.0, round(rng.uniform(0.1, 0.3), 2)),
        ([0.3, math.nan], 0.0, 0.0),
    ]


def oracle(towns: list[float], hit: float, alarm: float) -> object:
    return [
        # odds form: posterior odds are prior odds times the likelihood ratio
        float(np.divide(odds, 1.0 + odds))
        if alarm > 0.0 and town < 1.0
        else (1.0 if town > 0.0 and hit > 0.0 else 0.0)
        for town in [0.5 if math.isnan(t) else t for t in towns]
        for odds in [town / (1.0 - town) * hit / alarm if alarm and town < 1.0 else 0.0]
    ]
