"""Return the intercept and weights after steps of gradient descent."""

from random import Random

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import Args, numbers


def train(x: np.ndarray, y: np.ndarray, rate: float, steps: int) -> np.ndarray:
    """Return the intercept and weights after steps of gradient descent."""
    weights = np.zeros(x.shape[1] + 1)
    if len(x) == 0:
        return weights
    spread = x.std(axis=0)
    spread[spread == 0] = 1.0
    z = np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / spread])
    for _ in range(steps):
        errors = 1 / (1 + np.exp(-z @ weights)) - y
        weights = weights - rate * (errors @ z) / len(x)
    return weights


def ordinary(rng: Random, size: int) -> Args:
    rows = [[rng.gauss(40.0, 9.0), rng.uniform(0.0, 0.5)] for _ in range(size)]
    labels = [int(a / 9.0 + 8.0 * b + rng.gauss(0.0, 2.0) > 6.5) for a, b in rows]
    x = np.round(np.array(rows), 2)
    return x, np.array(labels), rng.choice([0.1, 0.5]), rng.randint(2, 20)


def edges(rng: Random) -> list[Args]:
    x = np.array([numbers(rng, 2) for _ in range(4)])
    y = np.array([0, 1, 1, 0])
    return [
        (x, y, 0.5, 0),
        (x, y, 0.5, 1),
        (x * np.array([1.0, 0.0]) + 3.0, y, 1.0, 3),
        (x[:1], y[1:2], 1.0, 2),
        (np.zeros((0, 2)), np.zeros(0, dtype=int), 0.1, 5),
    ]


Vector = npt.NDArray[np.float64]


def oracle(x: Vector, y: Vector, rate: float, steps: int) -> object:
    w = [0.0] * (x.shape[1] + 1)
    if len(x) == 0:
        return np.array(w)
    spread = [float(column.std()) or 1.0 for column in x.T]
    rows = [[1.0, *((row - x.mean(axis=0)) / spread)] for row in x]
    for _ in range(steps):
        errors = [
            1.0 / (1.0 + np.exp(-np.dot(w, row))) - label
            for row, label in zip(rows, y, strict=True)
        ]
        slopes = [float(np.mean(np.multiply(errors, column))) for column in zip(*rows, strict=True)]
        w = [a - rate * slope for a, slope in zip(w, slopes, strict=True)]
    return np.array(w)
