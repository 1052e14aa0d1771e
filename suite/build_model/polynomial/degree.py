"""Return the degree that validates best, and its error."""

from random import Random

import numpy as np
from numpy.polynomial import Polynomial

from parelha.tasks.draws import Args

from ._shared import Vector


def degree(x: np.ndarray, y: np.ndarray, max_degree: int) -> tuple[int, float]:
    """Return the degree that validates best, and its error."""
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    if len(x) < 2:
        return 0, 0.0
    num_different = len(np.unique(x[::2]))
    scores = []
    for power in range(min(max_degree + 1, num_different)):
        coefs = np.polyfit(x[::2], y[::2], power)
        errors = y[1::2] - np.polyval(coefs, x[1::2])
        scores.append((float(np.sqrt(np.mean(errors**2))), power))
    rmse, best = min(scores)
    return best, rmse


def _curve(rng: Random, size: int, noise: float) -> tuple[list[float], list[float]]:
    coefs = [rng.uniform(-3.0, 3.0) for _ in range(rng.randint(2, 4))]
    xs = [round(rng.uniform(-2.0, 2.0), 2) for _ in range(size)]
    ys = [sum(c * x**k for k, c in enumerate(coefs)) + rng.gauss(0.0, noise) for x in xs]
    return xs, [round(y, 2) for y in ys]


def ordinary(rng: Random, size: int) -> Args:
    xs, ys = _curve(rng, max(size, 12), 1.0)
    last = [float("nan")] if rng.random() < 0.5 else []
    return np.array(xs + xs[: len(last)]), np.array(ys + last), 3


def edges(rng: Random) -> list[Args]:
    gap = np.nan
    # Different values, or two degrees would tie and rounding decide.
    noise = [value / 10 for value in rng.sample(range(-30, 31), 8)]
    x = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    return [
        (x, np.array(noise), 0),
        (x, np.array([*noise[:5], gap, gap, gap]), 1),
        (x, np.array([*noise[:3], gap, *noise[4:]]), 2),
        (x[:4], np.array(noise[:4]), 2),
        (x[:3], np.array([gap, gap, gap]), 1),
        (x[:2], np.array([noise[0], noise[0] + 5.0]), 1),
        (x[:1], np.array(noise[:1]), 1),
    ]


def oracle(x: Vector, y: Vector, max_degree: int) -> object:
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    if len(x) < 2:
        return 0, 0.0
    test = np.arange(len(x)) % 2 == 1
    found = []
    for degree in range(max_degree + 1):
        if len(np.unique(x[~test])) > degree:
            curve = Polynomial.fit(x[~test], y[~test], degree)
            found.append((float(np.sqrt(np.mean((y[test] - curve(x[test])) ** 2))), degree))
    return min(found)[1], min(found)[0]
