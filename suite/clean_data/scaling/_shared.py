"""Feature scaling: min-max, standardisation, maximum absolute value and their relatives."""

from random import Random
from typing import Any

import numpy as np

from parelha.tasks.draws import Args, numbers


def draw_values(rng: Random, size: int) -> Args:
    return (numbers(rng, size),)


def easy_edges(rng: Random) -> list[Args]:
    low = float(rng.randint(-9, 9))
    return [
        ([low, low + 2.0],),
        ([low + 4.0, low, low, low + 4.0],),
        (numbers(rng, 6, -90.0, -10.0),),
        ([0.0, 0.0, 5.0],),
    ]


def flat_edges(rng: Random) -> list[Args]:
    value = numbers(rng, 1, 1.0)[0]
    return [([],), ([value],), ([value] * 4,), ([0.0, 0.0],)]


def ratio(shifted: Any, scale: float) -> list[float]:
    """Return shifted / scale by numpy, zeros where the scale is zero."""
    array = np.asarray(shifted, dtype=np.float64)
    return [float(v) for v in (array / scale if scale > 0 else np.zeros_like(array))]
