"""Return the mean of a sample without each of its values."""

from random import Random

import numpy as np
from sklearn.model_selection import LeaveOneOut

from parelha.tasks.draws import Args, numbers, sprinkle


def jackknife(sample: list[float]) -> list[float]:
    """Return the mean of a sample without each of its values."""
    return [(sum(sample) - value) / (len(sample) - 1) for value in sample]


def jackknife_level_2(sample: list[float | None]) -> list[float]:
    """Return the mean of a sample without each of its values."""
    known = [value for value in sample if value is not None]
    if len(known) < 2:
        return []
    return [(sum(known) - value) / (len(known) - 1) for value in known]


def ordinary(rng: Random, size: int) -> Args:
    return (numbers(rng, size),)


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 2),),
        ([3.0, 3.0, 3.0],),
        ([0.0, 0.0, float(rng.randint(1, 9))],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None, *numbers(rng, 1)],),
        (sprinkle(rng, numbers(rng, 3), None, 2),),
        ([None, None],),
    ]


def oracle(sample: list[float | None]) -> object:
    known = np.array([value for value in sample if value is not None], dtype=float)
    if len(known) < 2:
        return []
    return [float(known[rest].mean()) for rest, _ in LeaveOneOut().split(known)]
