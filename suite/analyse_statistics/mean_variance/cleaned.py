"""Return mean, variance and number removed after two cleanings."""

import math
from random import Random
from statistics import fmean

import numpy as np

from parelha.tasks.draws import Args, off_border, redraw

from ._shared import NAN


def cleaned_moments(values: list[float]) -> list[float]:
    """Return mean, variance and number removed after two cleanings."""
    known = [value for value in values if 0 <= value <= 100]
    if not known:
        return [math.nan, math.nan, 0.0]
    mean = fmean(known)
    limit = 4 * fmean((value - mean) ** 2 for value in known)
    near = [value for value in known if (value - mean) ** 2 <= limit]
    mean = fmean(near)
    variance = fmean((value - mean) ** 2 for value in near)
    return [mean, variance, float(len(known) - len(near))]


def _kept(values: list[float]) -> list[float]:
    return [value for value in values if 0 <= value <= 100]


def ordinary(rng: Random, size: int) -> Args:
    """Readings of a percentage with failures and a few values far from the rest."""

    def draw() -> list[float]:
        centre = rng.uniform(30.0, 60.0)
        values = [round(rng.gauss(centre, 4.0), 1) for _ in range(size)]
        for place in rng.sample(range(size), 1 + size // 15):
            near = round(centre + rng.choice((10.5, -9.5)), 1)
            values[place] = rng.choice((NAN, -1.0, 400.0, near, near))
        return values

    return (redraw(draw, lambda values: off_border(_kept(values) or [1.0], 2.0)),)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([NAN, -0.5, 100.5, float(rng.randint(200, 300))],),
        ([0.0, 100.0, NAN, float(rng.randint(20, 80))],),
        ([50.0] * rng.randint(1, 5),),
        ([10.0] * 9 + [100.0, -3.0, float(rng.randint(11, 14))],),
        ([0.0, *[float(rng.randint(60, 70)) for _ in range(9)], 101.0],),
    ]


def oracle(values: list[float]) -> object:
    known = np.array(_kept(values), dtype=float)
    if len(known) == 0:
        return [NAN, NAN, 0.0]
    near = known[np.abs(known - known.mean()) <= 2 * known.std()]
    return [float(near.mean()), float(near.var()), float(len(known) - len(near))]
