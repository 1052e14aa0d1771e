"""Return forecasts of a series by Holt's method."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def holt(x: list[float], alpha: float, beta: float, n: int) -> list[float]:
    """Return forecasts of a series by Holt's method."""
    known = [value for value in x if not math.isnan(value)]
    if len(known) < 2:
        return (known or [0.0]) * n
    level, trend = known[1], known[1] - known[0]
    for value in known[2:]:
        old = level
        level = alpha * value + (1 - alpha) * (level + trend)
        trend = beta * (level - old) + (1 - beta) * trend
    return [level + step * trend for step in range(1, n + 1)]


def ordinary(rng: Random, size: int) -> Args:
    trend = rng.uniform(-1.0, 1.0)
    values = [round(30.0 + trend * t + rng.gauss(0.0, 2.0), 1) for t in range(size)]
    for _ in range(size // 15):
        values[rng.randint(0, size - 1)] = math.nan
    return values, rng.choice([0.2, 0.5, 0.8]), rng.choice([0.1, 0.4]), rng.randint(1, 4)


def edges(rng: Random) -> list[Args]:
    return [
        ([], 0.5, 0.5, 2),
        ([math.nan, float(rng.randint(1, 9)), math.nan], 0.5, 0.5, 3),
        (numbers(rng, 2), 0.3, 0.2, 2),
        ([1.0, 3.0, 5.0, 7.0], 0.3, float(rng.randint(1, 9)) / 10.0, 2),
        ([math.nan, 2.0, math.nan, 3.0, 7.0, math.nan], 0.5, 0.25, 2),
        (numbers(rng, 4), 1.0, 0.5, 0),
    ]


def oracle(values: list[float], alpha: float, beta: float, steps: int) -> object:
    known = [value for value in values if not math.isnan(value)]
    if len(known) < 2:
        return (known * steps) if known else [0.0] * steps
    # State space form: the state (level, trend) moves by a matrix and is corrected by the error.
    state = np.array([known[1], known[1] - known[0]])
    for value in known[2:]:
        ahead = np.array([[1.0, 1.0], [0.0, 1.0]]) @ state
        state = ahead + np.array([alpha, alpha * beta]) * (value - ahead[0])
    return [float(state[0] + step * state[1]) for step in range(1, steps + 1)]
