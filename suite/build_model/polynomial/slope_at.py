"""Return the slope of a polynomial at a point."""

from random import Random

import numpy as np
from numpy.polynomial.polynomial import polyder, polyval

from parelha.tasks.draws import Args, numbers


def slope(c: list[float], x: float) -> float:
    """Return the slope of a polynomial at a point."""
    return sum(k * c[k] * x ** (k - 1) for k in range(1, len(c)))


def slope_level_2(c: list[float | None], x: float) -> float:
    """Return the slope of a polynomial at a point."""
    return sum(
        (k * value * x ** (k - 1) for k, value in enumerate(c) if k and value),
        start=0.0,
    )


def ordinary(rng: Random, size: int) -> Args:
    return (numbers(rng, min(size, 5), -5.0, 5.0), numbers(rng, 1, -4, 4)[0])


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 2), 7.0),
        ([5.0, 0.0, 3.0], float(rng.randint(1, 9))),
        (numbers(rng, 4), 0.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], 3.0),
        (numbers(rng, 1), 0.0),
        ([None, None, 2.0], float(rng.randint(1, 9))),
        ([None, *numbers(rng, 2), None, 1.5], -2.0),
    ]


def oracle(c: list[float | None], x: float) -> object:
    return float(polyval(x, polyder(np.array([v or 0.0 for v in [*c, 0.0]]))))


def mistake_without_the_factor(c: list[float], x: float) -> float:
    return sum(c[k] * x ** (k - 1) for k in range(1, len(c)))
