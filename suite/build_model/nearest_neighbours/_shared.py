"""Models that keep the data: nearest neighbours and class means, on a line and in a plane."""

from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import distinct


def even_numbers(rng: Random, size: int) -> list[float]:
    """Different even numbers."""
    return [2.0 * x for x in distinct(rng, size, 0, 30)]


def draw_query(rng: Random) -> float:
    """A number a quarter beside an even one."""
    return rng.randint(-2, 62) + 0.25


def draw_labels(rng: Random, size: int) -> list[str]:
    """Labels of two kinds, each of them there from size 2 on."""
    drawn = ["low", "high", *(rng.choice(["low", "high"]) for _ in range(size - 2))][:size]
    rng.shuffle(drawn)
    return drawn


def near_to_far(xs: list[float], query: float) -> npt.NDArray[Any]:
    """Indices of the training x from near to far, equal distances in their order."""
    return np.argsort(np.abs(np.asarray(xs, dtype=float) - query), kind="stable")
