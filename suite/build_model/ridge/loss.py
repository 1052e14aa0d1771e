"""Return the penalised loss of a line."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args, distinct, numbers

from ._shared import points


def loss(xs: list[float], ys: list[float], w: float, alpha: float) -> float:
    """Return the penalised loss of a line."""
    total = sum((y - w * x) ** 2 for x, y in zip(xs, ys))
    return total / len(xs) + alpha * w * w


def loss_level_2(xs: list[float], ys: list[float], w: float, alpha: float) -> float:
    """Return the penalised loss of a line."""
    known = [(x, y) for x, y in zip(xs, ys) if not math.isnan(y)]
    penalty = alpha * w * w
    if not known:
        return penalty
    return sum((y - w * x) ** 2 for x, y in known) / len(known) + penalty


def ordinary(rng: Random, size: int) -> Args:
    xs, ys, alpha = points(rng, size)
    return xs, ys, round(rng.uniform(-4.0, 4.0), 1), alpha


def edges(rng: Random) -> list[Args]:
    return [
        ([2.0], numbers(rng, 1), 1.5, 4.0),
        ([1.0, 2.0], [2.0, 4.0], 2.0, float(rng.randint(1, 9))),
        (distinct(rng, 3), numbers(rng, 3), -1.0, 0.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], [], 3.0, float(rng.randint(1, 9))),
        ([1.0, 4.0], [math.nan, math.nan], 2.5, 2.0),
        ([1.0, 4.0, 6.0], [math.nan, *numbers(rng, 2)], -1.5, 2.0),
    ]


def oracle(xs: list[float], ys: list[float], w: float, alpha: float) -> object:
    errors = np.asarray(ys) - w * np.asarray(xs)
    errors = errors[~np.isnan(errors)]
    return float(np.mean(errors**2) if len(errors) else 0.0) + alpha * w**2


def mistake_sum_not_mean(xs: list[float], ys: list[float], w: float, alpha: float) -> float:
    return sum((y - w * x) ** 2 for x, y in zip(xs, ys)) + alpha * w**2
