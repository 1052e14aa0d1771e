"""Return the ratio of the ninth to the first decile."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import Floats, array, type7


def decile_ratio(x: np.ndarray) -> float:
    """Return the ratio of the ninth to the first decile."""
    low, high = np.percentile(x, [10, 90])
    return float(high / low)


def decile_ratio_level_2(x: np.ndarray) -> float:
    """Return the ratio of the ninth to the first decile."""
    if len(x) == 0:
        return 1.0
    low, high = np.percentile(x, [10, 90])
    return float(high / low) if low > 0 else float("inf")


def ordinary(rng: Random, size: int) -> Args:
    return (array(*numbers(rng, size, 5.0, 90.0)),)


def edges(rng: Random) -> list[Args]:
    return [
        (array(*numbers(rng, 1, 5.0)),),
        (array(4.0, 4.0, 4.0, 4.0),),
        (array(1.0, 2.0, float(rng.randint(50, 90))),),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (array(),),
        (array(0.0, 0.0),),
        (array(0.0, 0.0, *numbers(rng, 3, 5.0)),),
        (array(0.0, *numbers(rng, 3, 0.1, 1.0)),),
    ]


def oracle(x: Floats) -> object:
    if len(x) == 0:
        return 1.0
    low, high = type7(x, [0.1, 0.9])
    return float(high / low) if low else float("inf")


def mistake_difference_not_ratio(x: np.ndarray) -> float:
    return float(np.percentile(x, 90) - np.percentile(x, 10))
