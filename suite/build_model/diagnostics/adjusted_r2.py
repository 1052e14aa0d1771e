"""Return the adjusted R squared of a fit."""

from random import Random

import numpy as np
from sklearn.metrics import r2_score

from parelha.tasks.draws import Args, distinct, numbers

from ._shared import pairs


def adjusted(seen: list[float], fitted: list[float], features: int) -> float:
    """Return the adjusted R squared of a fit."""
    n = len(seen)
    mean = sum(seen) / n
    misses = sum((a - b) ** 2 for a, b in zip(seen, fitted))
    spread = sum((a - mean) ** 2 for a in seen)
    return 1 - misses / spread * (n - 1) / (n - features - 1)


def adjusted_level_2(seen: list[float], fitted: list[float], features: int) -> float:
    """Return the adjusted R squared of a fit."""
    n = len(seen)
    if n <= features + 1 or min(seen) == max(seen):
        return 0.0
    mean = sum(seen) / n
    misses = sum((a - b) ** 2 for a, b in zip(seen, fitted))
    spread = sum((a - mean) ** 2 for a in seen)
    adjusted_ = 1 - misses / spread * (n - 1) / (n - features - 1)
    return max(adjusted_, -1.0)


def ordinary(rng: Random, size: int) -> Args:
    return (*pairs(rng, size), rng.randint(1, size - 2))


def edges(rng: Random) -> list[Args]:
    return [
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 1),
        (numbers(rng, 4), numbers(rng, 4), 2),
        (distinct(rng, 2), numbers(rng, 2), 0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], [], 0),
        (numbers(rng, 3), numbers(rng, 3), 2),
        ([4.0, 4.0, 4.0], numbers(rng, 3), 1),
        ([1.0, 2.0, 3.0], [50.0, -50.0, float(rng.randint(20, 90))], 1),
        (numbers(rng, 1), [1.0], 0),
    ]


def oracle(seen: list[float], fitted: list[float], features: int) -> object:
    spare = len(seen) - features - 1
    if spare <= 0 or np.ptp(seen) == 0.0:
        return 0.0
    lost = (1.0 - float(r2_score(seen, fitted))) * (len(seen) - 1.0) / spare
    return 1.0 - lost if lost < 2.0 else NotImplemented  # the bound at -1 is of level 2 alone
