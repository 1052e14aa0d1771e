"""Return the predicted probability of every row."""

import math
from random import Random

import numpy as np
from scipy.stats import logistic

from parelha.tasks.draws import Args, numbers


def predict(rows: list[list[float]], w: list[float], b: float) -> list[float]:
    """Return the predicted probability of every row."""
    scores = [b + sum(a * x for a, x in zip(w, row)) for row in rows]
    return [1 / (1 + math.exp(-z)) for z in scores]


def predict_level_2(rows: list[list[float]], w: list[float], b: float) -> list[float]:
    """Return the predicted probability of every row."""
    result = []
    for row in rows:
        pairs = zip(w, row)
        z = b + sum(a * x for a, x in pairs if not math.isnan(x))
        result.append(1 / (1 + math.exp(-z)) if z > -700 else 0.0)
    return result


def _rows(rng: Random, size: int, num_columns: int = 2) -> list[list[float]]:
    return [numbers(rng, num_columns, -3.0, 3.0) for _ in range(size)]


def ordinary(rng: Random, size: int) -> Args:
    return (
        _rows(rng, size),
        numbers(rng, 2, -2.0, 2.0),
        numbers(rng, 1, -2.0, 2.0)[0],
    )


def edges(rng: Random) -> list[Args]:
    return [
        ([], [1.0, 2.0], 0.5),
        ([[float(rng.randint(1, 4))]], [1.0], 0.0),
        ([[0.0, 0.0], [1.0, -1.0]], [2.0, 2.0], 0.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([[-1000.0], [1000.0], [1.0]], [5.0], 0.0),
        ([[math.nan, 1.0], [2.0, math.nan]], numbers(rng, 2, 0.5, 2.0), 0.5),
        ([[800.0, 0.0], [float(rng.randint(1, 3)), 1.0]], [-2.0, 1.0], 1.0),
    ]


def oracle(rows: list[list[float]], w: list[float], b: float) -> object:
    return [float(logistic.cdf(b + np.nan_to_num(row) @ np.array(w))) for row in rows]


def mistake_wrong_sign(rows: list[list[float]], w: list[float], b: float) -> list[float]:
    return [1 / (1 + math.exp(b + sum(a * x for a, x in zip(w, r)))) for r in rows]
