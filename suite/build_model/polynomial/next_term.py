"""Return the next term of a sequence by its differences."""

import math
from random import Random

import numpy as np
from numpy.polynomial.polynomial import polyval
from scipy.interpolate import KroghInterpolator

from parelha.tasks.draws import Args, numbers

from ._shared import coefficients


def next_term(terms: list[float]) -> float:
    """Return the next term of a sequence by its differences."""
    total = 0.0
    row = terms
    while row:
        total += row[-1]
        row = [b - a for a, b in zip(row, row[1:])]
    return total


def next_term_level_2(terms: list[float]) -> float:
    """Return the next term of a sequence by its differences."""
    total = 0.0
    row = [term for term in terms if not math.isnan(term)]
    while row:
        total += row[-1]
        row = [b - a for a, b in zip(row, row[1:])]
    return total


def ordinary(rng: Random, size: int) -> Args:
    coefs = coefficients(rng)[:3]
    num_terms = max(3, min(size, 8))
    return ([float(polyval(k, coefs)) + rng.randint(-1, 1) for k in range(num_terms)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([float(rng.randint(1, 9))],),
        ([float(rng.randint(1, 9))] * 4,),
        ([1.0, 4.0, 9.0, 16.0],),
        (numbers(rng, 2),),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([math.nan, math.nan],),
        ([2.0, math.nan, *numbers(rng, 2)],),
        ([*numbers(rng, 3), math.nan],),
    ]


def oracle(terms: list[float]) -> object:
    known = [t for t in terms if not math.isnan(t)]
    if not known:
        return 0.0
    return float(KroghInterpolator(np.arange(len(known)), known)(len(known)))
