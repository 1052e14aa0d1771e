"""Return where the places lie along an arrow."""

import math
from random import Random

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import Args, numbers


def along(x: np.ndarray, origin: np.ndarray, arrow: np.ndarray) -> np.ndarray:
    """Return where the places lie along an arrow."""
    return np.asarray((x - origin) @ arrow / np.linalg.norm(arrow))


def along_level_2(x: np.ndarray, origin: np.ndarray, arrow: np.ndarray) -> np.ndarray:
    """Return where the places lie along an arrow."""
    length = np.linalg.norm(arrow)
    if length == 0:
        return np.zeros(len(x))
    return np.asarray(np.nan_to_num(x - origin) @ arrow / length)


def ordinary(rng: Random, size: int) -> Args:
    x = np.array([numbers(rng, 2, -9.0, 9.0) for _ in range(size)])
    arrow = [rng.choice([-2.0, 1.0, 3.0]), rng.choice([0.5, 4.0])]
    return x, np.array(numbers(rng, 2, -9.0, 9.0)), np.array(arrow)


def edges(rng: Random) -> list[Args]:
    return [
        (np.zeros((0, 2)), np.array([1.0, 2.0]), np.array([3.0, 4.0])),
        (np.array([numbers(rng, 3)]), np.array([0.0, 1.0, 0.0]), np.array([2.0, 3.0, 6.0])),
        (
            np.array([[1.0, 2.0], [5.0, 5.0]]),
            np.array([1.0, 2.0]),
            np.array([3.0, float(rng.randint(1, 9))]),
        ),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (np.array([numbers(rng, 2)] * 2), np.array([1.0, 2.0]), np.zeros(2)),
        (
            np.array([[np.nan, 7.0], [float(rng.randint(1, 9)), np.nan]]),
            np.array([1.0, 2.0]),
            np.array([3.0, 4.0]),
        ),
        (np.array([[np.nan, np.nan]]), np.array(numbers(rng, 2)), np.array([3.0, 4.0])),
    ]


Vector = npt.NDArray[np.float64]


def oracle(x: Vector, origin: Vector, arrow: Vector) -> object:
    length = math.hypot(*arrow)
    found = []
    for place in x:
        steps = [0.0 if math.isnan(p) else p - o for p, o in zip(place, origin, strict=True)]
        total = math.fsum(s * a for s, a in zip(steps, arrow, strict=True))
        found.append(total / length if length else 0.0)
    return np.array(found)
