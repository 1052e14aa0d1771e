"""Return the values of a polynomial."""

import math
from random import Random

import numpy as np
from numpy.polynomial.polynomial import polyval

from parelha.tasks.draws import Args, numbers

from ._shared import coefficients


def predict(coefs: list[float], xs: list[float]) -> list[float]:
    """Return the values of a polynomial."""
    return [sum(c * x**k for k, c in enumerate(coefs)) for x in xs]


def predict_level_2(coefs: list[float], xs: list[float]) -> list[float]:
    """Return the values of a polynomial."""
    known = [(k, c) for k, c in enumerate(coefs) if not math.isnan(c)]
    return [float(sum(c * x**k for k, c in known)) for x in xs]


def ordinary(rng: Random, size: int) -> Args:
    return coefficients(rng), numbers(rng, size, -5.0, 5.0)


def edges(rng: Random) -> list[Args]:
    return [
        ([float(rng.randint(2, 9))], [1.0, -2.0]),
        ([1.0, 2.0], []),
        ([1.0, -2.0, 0.0, 3.0], [0.0, float(rng.randint(2, 9))]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], numbers(rng, 2)),
        ([math.nan, 2.0, math.nan, 1.0], numbers(rng, 3, -5.0, 5.0)),
        ([math.nan], [float(rng.randint(2, 9))]),
    ]


def oracle(coefs: list[float], xs: list[float]) -> object:
    return [float(v) for v in polyval(np.array(xs), np.nan_to_num([*coefs, 0.0]))]


def mistake_reversed_coefficients(coefs: list[float], xs: list[float]) -> list[float]:
    return [sum(c * x**k for k, c in enumerate(coefs[::-1])) for x in xs]
