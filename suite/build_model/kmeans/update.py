"""Return the mean of the points of every cluster."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def update(points: list[float], labels: list[int], k: int) -> list[float]:
    """Return the mean of the points of every cluster."""
    means = []
    for cluster in range(k):
        own = [p for p, label in zip(points, labels) if label == cluster]
        means.append(sum(own) / len(own))
    return means


def update_level_2(points: list[float], labels: list[int], k: int) -> list[float]:
    """Return the mean of the points of every cluster."""
    means = []
    for cluster in range(k):
        own = [p for p, label in zip(points, labels) if label == cluster]
        means.append(sum(own) / len(own) if own else 0.0)
    return means


def ordinary(rng: Random, size: int) -> Args:
    num_centres = rng.randint(2, 3)
    own = [rng.randint(0, num_centres - 1) for _ in range(size)]
    own[:num_centres] = range(num_centres)
    return numbers(rng, size), own, num_centres


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 1), [0], 1),
        (numbers(rng, 4), [1, 0, 1, 1], 2),
        ([2.0, 2.0, 7.0], [0, 0, 1], 2),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], [], rng.randint(2, 9)),
        (numbers(rng, 3), [1, -1, 1], 3),
        (numbers(rng, 3), [-1, -1, -1], 1),
    ]


def oracle(points: list[float], labels: list[int], k: int) -> object:
    return [
        float(np.mean(own)) if len(own) else 0.0
        for cluster in range(k)
        for own in [np.array(points)[np.array(labels, dtype=int) == cluster]]
    ]
