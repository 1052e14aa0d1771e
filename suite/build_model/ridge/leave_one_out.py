"""Return the penalty with the smallest leave-one-out error."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def choose(xs: list[float], ys: list[float], alphas: list[float]) -> float:
    """Return the penalty with the smallest leave-one-out error."""
    if len(xs) < 2:
        return max(alphas)
    points = list(zip(xs, ys))
    sum_xy = sum(x * y for x, y in points)
    sum_xx = sum(x * x for x in xs)

    def error(alpha: float) -> float:
        return sum(
            (y - x * (sum_xy - x * y) / (sum_xx - x * x + alpha)) ** 2
            for x, y in points
        )

    return min((error(alpha), alpha) for alpha in alphas)[1]


def ordinary(rng: Random, size: int) -> Args:
    slope, noise = rng.uniform(0.0, 1.5), rng.uniform(1.0, 6.0)
    xs = numbers(rng, size, -3.0, 3.0)
    ys = [round(slope * x + rng.gauss(0.0, noise), 2) for x in xs]
    return xs, ys, rng.sample([0.5, 4.0, 20.0, 100.0, 900.0], rng.randint(3, 5))


def edges(rng: Random) -> list[Args]:
    return [
        ([], [], [1.0, 3.0]),
        ([2.0], numbers(rng, 1), [5.0, 1.0, 3.0]),
        ([0.0, 0.0, 0.0], numbers(rng, 3), [9.0, 2.0, 4.0]),
        ([1.0, 3.0], [2.0, 6.0], [100.0, 0.1]),
        ([1.0, 2.0, 30.0], [10.0, 20.0, -30.0], [0.5, 5000.0]),
        ([1.0, 2.0], numbers(rng, 2), [float(rng.randint(1, 9))]),
    ]


def _errors(xs: list[float], ys: list[float], alpha: float) -> float:
    """Mean squared error of leaving each point out, point by point."""
    x, y = np.array(xs), np.array(ys)
    total = 0.0
    for place, (left_x, left_y) in enumerate(zip(xs, ys, strict=True)):
        rest = np.arange(len(x)) != place
        slope = np.sum(x[rest] * y[rest]) / (np.sum(x[rest] ** 2) + alpha)
        total += float((left_y - slope * left_x) ** 2)
    return total / len(x)


def oracle(xs: list[float], ys: list[float], alphas: list[float]) -> object:
    if len(xs) < 2 or len(xs) > 300:  # quadratic
        return NotImplemented
    return min((_errors(xs, ys, alpha), alpha) for alpha in alphas)[1]
