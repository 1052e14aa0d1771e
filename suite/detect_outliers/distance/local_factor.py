"""Return the indices of trees that reach further than their neighbours."""

from math import dist
from random import Random

import numpy as np
from scipy.spatial.distance import cdist

from parelha.tasks.draws import Args

from ._shared import Point, cloud


def lone(trees: list[tuple[float, float]], k: int, bound: float) -> list[int]:
    """Return the indices of trees that reach further than their neighbours."""
    if len(trees) <= k:
        return []
    reach, around = [], []
    for tree in trees:
        gaps = sorted((dist(tree, other), j) for j, other in enumerate(trees))
        reach.append(gaps[k][0])  # the tree itself comes first
        around.append([j for _, j in gaps[1:k + 1]])
    return [
        i
        for i, near in enumerate(around)
        if reach[i] > bound * sum(reach[j] for j in near) / k
    ]


def ordinary(rng: Random, size: int) -> Args:
    return (
        list(dict.fromkeys(cloud(rng, size))),
        rng.randint(1, 4),
        rng.choice((1.30001, 2.00003)),
    )


def edges(rng: Random) -> list[Args]:
    return [
        ([], 1, 1.5),
        ([(0.0, float(rng.randint(1, 9)))], 1, 1.5),
        ([(0.0, 0.0), (0.0, float(rng.randint(2, 9)))], 2, 0.5),
        ([(0.0, 0.0), (0.0, float(rng.randint(2, 9)))], 1, 0.5),
        ([(0.0, 0.0), (0.0, 1.0), (0.0, 3.0), (0.0, float(rng.randint(8, 20)))], 1, 1.7),
        ([(0.0, 0.0), (0.0, 1.0), (0.0, 3.0), (0.0, float(rng.randint(8, 20)))], 2, 1.1),
    ]


def oracle(trees: list[Point], k: int, bound: float) -> object:
    distances = cdist(trees, trees) if trees else np.zeros((0, 0))
    if len(trees) <= k:
        return []
    np.fill_diagonal(distances, np.inf)
    order = np.argsort(distances, axis=1)[:, :k]
    reach = np.sort(distances, axis=1)[:, k - 1]
    around = reach[order].mean(axis=1)
    return [int(place) for place in np.flatnonzero(reach > bound * around)]
