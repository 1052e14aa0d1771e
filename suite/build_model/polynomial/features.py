"""Return the powers of every x as features."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def features(xs: list[float], degree: int) -> list[list[float]]:
    """Return the powers of every x as features."""
    return [[x**power for power in range(degree + 1)] for x in xs]


def features_level_2(xs: list[float | None], degree: int) -> list[list[float]]:
    """Return the powers of every x as features."""
    known = [x for x in xs if x is not None]
    return [[x**power for power in range(degree + 1)] for x in known]


def ordinary(rng: Random, size: int) -> Args:
    return (numbers(rng, size, -5.0, 5.0), rng.randint(1, 4))


def edges(rng: Random) -> list[Args]:
    return [
        ([], 2),
        (numbers(rng, 3), 0),
        ([0.0, -1.0, float(rng.randint(2, 5))], 3),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([None], 1),
        ([None, 0.0, float(rng.randint(2, 5))], 2),
        ([0.5, None, None, -0.5], rng.randint(2, 4)),
    ]


def oracle(xs: list[float | None], degree: int) -> object:
    known = np.array([x for x in xs if x is not None], dtype=float)
    return [[float(v) for v in row] for row in np.vander(known, degree + 1, increasing=True)]


def mistake_without_the_constant(xs: list[float], degree: int) -> list[list[float]]:
    return [[x**power for power in range(1, degree + 1)] for x in xs]
