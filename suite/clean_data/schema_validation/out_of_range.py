"""Return the positions of the values that break a range rule."""

import math
from random import Random
from typing import Any

import numpy as np

from parelha.tasks.draws import Args, numbers


def violations(values: list[float], low: float, high: float) -> list[int]:
    """Return the positions of the values that break a range rule."""
    return [i for i, x in enumerate(values) if not low <= x <= high]


def violations_level_2(values: list[object], low: float, high: float) -> list[int]:
    """Return the positions of the values that break a range rule."""
    places = []
    for place, value in enumerate(values):
        number = isinstance(value, (int, float))
        if not number or not low <= float(str(value)) <= high:
            places.append(place)
    return places


def ordinary(rng: Random, size: int) -> Args:
    low = float(rng.randint(0, 10))
    return numbers(rng, size), low + 0.05, low + 50.05


def edges(rng: Random) -> list[Args]:
    return [
        ([], 0.0, 1.0),
        ([1.0, 2.0, 3.0, float(rng.randint(4, 9))], 2.0, 3.0),
        ([5.0, -5.0], -5.0, 5.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([None, math.nan, 1.0], 0.0, 2.0),
        (["1", "", 1, float(rng.randint(2, 9))], 0.0, 5.5),
        ([math.inf, -math.inf, 0.5, "x"], 0.0, 1.0),
    ]


def _range_oracle(values: list[float | None], low: float, high: float) -> object:
    column = np.array([math.nan if value is None else value for value in values], dtype=float)
    return [int(i) for i in np.flatnonzero(~((column >= low) & (column <= high)))]


def oracle(values: Any, low: Any, high: Any) -> object:
    return (
        NotImplemented
        if any(isinstance(value, str) for value in values)
        else _range_oracle(values, low, high)
    )


def mistake_limits_are_outside(values: list[float], low: float, high: float) -> list[int]:
    return [i for i, x in enumerate(values) if not low < x < high]


def mistake_reports_gaps_level_2(values: Any, low: Any, high: Any) -> Any:
    return [i for i, x in enumerate(values) if x is None or x < low or x > high]
