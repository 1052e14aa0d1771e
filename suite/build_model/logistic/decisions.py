"""Return the class of every score."""

import math
from random import Random

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import Args, numbers


def decide(scores: np.ndarray, threshold: float) -> np.ndarray:
    """Return the class of every score."""
    return np.where(1 / (1 + np.exp(-scores)) >= threshold, 1, 0)


def decide_level_2(scores: np.ndarray, threshold: float) -> np.ndarray:
    """Return the class of every score."""
    classes = np.where(1 / (1 + np.exp(-scores)) >= threshold, 1, 0)
    return np.where(np.isnan(scores), -1, classes)


def ordinary(rng: Random, size: int) -> Args:
    z = np.array(numbers(rng, size, -3.0, 3.0, 2)) + 0.003  # no probability is on the threshold
    return z, rng.choice([0.3, 0.5, 0.7])


def edges(rng: Random) -> list[Args]:
    return [
        (np.array([0.0, *numbers(rng, 2, 0.5, 3.0)]), 0.5),
        (np.array([-0.5, 0.0, 0.5]), 0.3),
        (np.array(numbers(rng, 3, -9.0, -3.0)), 0.9),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (np.array([], dtype=float), 0.5),
        (np.array([np.nan, *numbers(rng, 2, -3.0, 3.0)]), 0.5),
        (np.array([np.nan, 4.0, -4.0]), 0.25),
    ]


Vector = npt.NDArray[np.float64]


def oracle(scores: Vector, threshold: float) -> object:
    if threshold == 0.5:  # at this threshold a score of zero decides exactly
        decided = np.where(scores >= 0.0, 1, 0)
    else:
        decided = np.where(scores >= math.log(threshold / (1.0 - threshold)), 1, 0)
    return np.where(np.isnan(scores), -1, decided)


def mistake_strictly_above(scores: np.ndarray, threshold: float) -> np.ndarray:
    return np.where(1 / (1 + np.exp(-scores)) > threshold, 1, 0)
