"""Return the prediction of a decision stump for every x."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def predict(xs: list[float], cut: float, left: str, right: str) -> list[str]:
    """Return the prediction of a decision stump for every x."""
    return [left if x <= cut else right for x in xs]


def predict_level_2(xs: list[float], cut: float, left: str, right: str) -> list[str]:
    """Return the prediction of a decision stump for every x."""
    result = []
    for x in xs:
        label = left if x <= cut else right
        result.append("" if math.isnan(x) else label)
    return result


def ordinary(rng: Random, size: int) -> Args:
    return (numbers(rng, size, 0, 9, 0), float(rng.randint(2, 7)), "no", "yes")


def edges(rng: Random) -> list[Args]:
    return [
        ([], 1.0, "a", "b"),
        ([3.0, 3.5, 2.5], 3.0, "low", "high"),
        ([-1.0, 0.0, 1.0], 0.0, "b", "a"),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([math.nan, 1.0, 9.0], float(rng.randint(2, 7)), "x", "y"),
        ([math.nan], 3.0, "x", "y"),
        ([math.inf, -math.inf], float(rng.randint(2, 7)), "x", "y"),
    ]


def oracle(xs: list[float], cut: float, left: str, right: str) -> object:
    return [
        str(label)
        for label in np.select(
            [np.isnan(xs), np.greater(xs, cut)], ["", right], default=left
        ).tolist()
    ]


def mistake_border_to_the_right(xs: list[float], cut: float, left: str, right: str) -> list[str]:
    return [left if x < cut else right for x in xs]
