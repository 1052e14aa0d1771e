"""K-means with given starting centres: assignment, update, inertia."""

from random import Random

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import distinct

# Centres are whole even numbers and points lie a tenth or more beside whole numbers, so that a
# point is halfway between two centres only where an edge case means it.


def draw_points(rng: Random, size: int) -> list[float]:
    return [rng.randint(-5, 65) + rng.choice([0.1, 0.2, 0.3, 0.4]) for _ in range(size)]


def draw_centres(rng: Random) -> list[float]:
    return [2.0 * c for c in distinct(rng, rng.randint(2, 4), 0, 30)]


Vector = npt.NDArray[np.float64]


def blobs(rng: Random, size: int, spread: float) -> list[list[float]]:
    middles = [(0.0, 0.0), (9.0, 1.0), (3.0, 8.0), (12.0, 10.0)]
    rows = []
    for place in range(size):
        x, y = middles[place % 4]
        rows.append([round(rng.gauss(x, spread), 2), round(rng.gauss(y, spread), 2)])
    rng.shuffle(rows)
    return rows
