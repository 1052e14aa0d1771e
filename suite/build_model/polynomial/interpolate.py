"""Return the height of the curve through all knots."""

import math
from random import Random

from scipy.interpolate import KroghInterpolator

from parelha.tasks.draws import Args, distinct, numbers


def height(times: list[float], heights: list[float], when: float) -> float:
    """Return the height of the curve through all knots."""
    total = 0.0
    for i, time in enumerate(times):
        others = times[:i] + times[i + 1:]
        factors = [(when - other) / (time - other) for other in others]
        total += heights[i] * math.prod(factors)
    return total


def height_level_2(times: list[float], heights: list[float], when: float) -> float:
    """Return the height of the curve through all knots."""
    knots = dict(zip(times, heights))
    total = 0.0
    for time, value in knots.items():
        factors = [(when - t) / (time - t) for t in knots if t != time]
        total += value * math.prod(factors)
    return total


def ordinary(rng: Random, size: int) -> Args:
    num_knots = min(size, 5)
    times = distinct(rng, num_knots, 0, 9)
    return times, numbers(rng, num_knots, -9.0, 9.0), rng.randint(0, 8) + 0.5


def edges(rng: Random) -> list[Args]:
    return [
        ([2.0], numbers(rng, 1), 7.0),
        ([1.0, 3.0], numbers(rng, 2), 3.0),
        ([0.0, 2.0, 1.0], [0.0, 4.0, 1.0], float(rng.randint(3, 9))),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], [], float(rng.randint(1, 9))),
        ([1.0, 4.0, 1.0], numbers(rng, 3), 2.0),
        ([5.0, 5.0], numbers(rng, 2), 1.5),
    ]


def oracle(times: list[float], heights: list[float], when: float) -> object:
    if not times:
        return 0.0
    last: dict[float, float] = dict(zip(times, heights, strict=True))
    return float(KroghInterpolator(list(last), list(last.values()))(when))
