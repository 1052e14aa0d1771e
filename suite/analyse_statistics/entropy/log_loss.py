"""Return the mean surprise of a forecaster, in bits."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args


def mean_surprise(guesses: list[float], happened: list[bool]) -> float:
    """Return the mean surprise of a forecaster, in bits."""
    pairs = zip(guesses, happened)
    chances = [g if rain else 1 - g for g, rain in pairs]
    return -sum(math.log2(chance) for chance in chances) / len(chances)


def mean_surprise_level_2(guesses: list[float], happened: list[bool]) -> float:
    """Return the mean surprise of a forecaster, in bits."""
    pairs = zip(guesses, happened)
    chances = [g if rain else 1 - g for g, rain in pairs]
    if 0 in chances:
        return math.inf
    logs = sum(math.log2(1 / chance) for chance in chances)
    return logs / max(len(chances), 1)


def ordinary(rng: Random, size: int) -> Args:
    guesses = [rng.randint(1, 19) / 20 for _ in range(size)]
    return guesses, [rng.random() < guess for guess in guesses]


def edges(rng: Random) -> list[Args]:
    return [
        ([0.5], [rng.random() < 0.5]),
        ([0.25, 0.75], [True, False]),
        ([0.05 * rng.randint(1, 9), 0.9], [True, True]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([1.0, 0.0], [True, False]),
        ([1.0, 0.5], [False, rng.random() < 0.5]),
        ([0.05 * rng.randint(1, 9), 0.0], [True, True]),
        ([1.0, 0.05 * rng.randint(1, 9), 0.0], [True, False, False]),
    ]


def oracle(guesses: list[float], happened: list[bool]) -> object:
    chances = np.where(happened, guesses, 1 - np.asarray(guesses))
    if len(chances) == 0:
        return 0.0
    with np.errstate(divide="ignore"):
        return float(-np.log2(chances).mean()) + 0.0
