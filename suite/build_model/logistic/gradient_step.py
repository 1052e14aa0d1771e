"""Return weight and intercept after one step of gradient descent."""

import math
from random import Random

import numpy as np
from scipy.stats import logistic

from parelha.tasks.draws import Args, numbers

from ._shared import draw_labels


def step(xs: list[float], ys: list[int], w: float, b: float) -> list[float]:
    """Return weight and intercept after one step of gradient descent."""
    errors = [1 / (1 + math.exp(-w * x - b)) - y for x, y in zip(xs, ys)]
    grad_w = sum(error * x for error, x in zip(errors, xs)) / len(xs)
    return [w - 0.5 * grad_w, b - 0.5 * sum(errors) / len(xs)]


def step_level_2(xs: list[float], ys: list[int], w: float, b: float) -> list[float]:
    """Return weight and intercept after one step of gradient descent."""
    known = [(x, y) for x, y in zip(xs, ys) if y >= 0]
    if not known:
        return [w, b]
    errors = [1 / (1 + math.exp(-w * x - b)) - y for x, y in known]
    grad_w = sum(e * x for e, (x, _) in zip(errors, known)) / len(known)
    return [w - 0.5 * grad_w, b - 0.5 * sum(errors) / len(known)]


def ordinary(rng: Random, size: int) -> Args:
    return numbers(rng, size, -3.0, 3.0), draw_labels(rng, size), *numbers(rng, 2, -2.0, 2.0)


def edges(rng: Random) -> list[Args]:
    return [
        ([1.0], [1], 0.0, 0.0),
        ([0.0, 0.0], [0, 1], *numbers(rng, 2, -2.0, 2.0)),
        (numbers(rng, 3, -3.0, 3.0), [0, 0, 1], 1.0, -1.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], [], *numbers(rng, 2, -2.0, 2.0)),
        ([2.0, 1.0], [-1, -1], 0.5, 0.25),
        ([2.0, 1.0, -1.0], [1, -1, 0], *numbers(rng, 2, -2.0, 2.0)),
    ]


def oracle(xs: list[float], ys: list[int], w: float, b: float) -> object:
    x, y = np.array(xs), np.array(ys)
    x, y = x[y >= 0], y[y >= 0]
    design = np.column_stack([x, np.ones(len(x))])  # (n, 2)
    gradient = design.T @ (logistic.cdf(w * x + b) - y) / max(len(x), 1)
    return [float(v) for v in np.array([w, b]) - 0.5 * gradient]
