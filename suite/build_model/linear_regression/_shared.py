"""Linear regression with one variable, by least squares."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, distinct, numbers


def points(rng: Random, size: int) -> Args:
    """Points around a line; the x are different whole numbers."""
    slope, intercept = rng.uniform(-5.0, 5.0), rng.uniform(-20.0, 20.0)
    xs = distinct(rng, size, 0, 20)
    return xs, [round(slope * x + intercept + rng.gauss(0.0, 2.0), 1) for x in xs]


def easy_edges(rng: Random) -> list[Args]:
    xs = distinct(rng, 5, 1, 20)
    return [
        ([1.0, 3.0], distinct(rng, 2)),
        (xs, [2.0 * x - 1.0 for x in xs]),
        (xs, [-x for x in xs]),
        ([2.0, 2.0, 5.0, 5.0], numbers(rng, 4)),
        ([-x for x in xs], numbers(rng, 5)),
    ]


def degenerate_edges(rng: Random) -> list[Args]:
    x = float(rng.randint(1, 9))
    return [([], []), ([x], numbers(rng, 1)), ([x] * 4, numbers(rng, 4)), ([0.0, 0.0], [1.0, 2.0])]


def fit(xs: list[float], ys: list[float]) -> tuple[float, float]:
    """Slope and intercept by numpy; a flat line through the mean where x does not vary."""
    if not xs:
        return 0.0, 0.0
    if np.ptp(xs) == 0:
        return 0.0, float(np.mean(ys))
    slope, intercept = np.polyfit(xs, ys, 1)
    return float(slope), float(intercept)
