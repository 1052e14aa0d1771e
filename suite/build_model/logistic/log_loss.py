"""Return the mean log loss of predicted probabilities."""

import math
from random import Random

import numpy as np
from sklearn.metrics import log_loss as sklearn_log_loss

from parelha.tasks.draws import Args, numbers

from ._shared import draw_labels


def log_loss(labels: list[int], probs: list[float]) -> float:
    """Return the mean log loss of predicted probabilities."""
    chances = [p if label else 1 - p for label, p in zip(labels, probs)]
    return -sum(math.log(chance) for chance in chances) / len(chances)


def log_loss_level_2(labels: list[int], probs: list[float]) -> float:
    """Return the mean log loss of predicted probabilities."""
    total = 0.0
    for label, p in zip(labels, probs):
        chance = p if label else 1 - p
        total -= math.log(max(chance, 1e-6))
    return total / len(labels) if labels else 0.0


def ordinary(rng: Random, size: int) -> Args:
    return draw_labels(rng, size), numbers(rng, size, 0.02, 0.98, 2)


def edges(rng: Random) -> list[Args]:
    return [
        ([1], numbers(rng, 1, 0.1, 0.9, 2)),
        ([0], numbers(rng, 1, 0.1, 0.9, 2)),
        ([0, 1, 1], [0.5, 0.5, 0.5]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([1, 0], [0.0, 1.0]),
        ([1, 0, 1], [1.0, 0.0, *numbers(rng, 1, 0.1, 0.9, 2)]),
        ([0, 1], [1.0, *numbers(rng, 1, 0.1, 0.9, 2)]),
    ]


def oracle(labels: list[int], probs: list[float]) -> object:
    if not labels:
        return 0.0
    p = np.where(labels, np.maximum(probs, 1e-6), np.minimum(probs, 1.0 - 1e-6))
    return float(sklearn_log_loss(labels, p, labels=[0, 1]))


def mistake_ones_only(labels: list[int], probs: list[float]) -> float:
    return -sum(y * math.log(p) for y, p in zip(labels, probs)) / len(labels)
