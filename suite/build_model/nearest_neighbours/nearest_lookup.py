"""Return for every query the y of the nearest known x."""

import math
from bisect import bisect_left
from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def look_up(xs: list[float], ys: list[float], at: list[float]) -> list[float]:
    """Return for every query the y of the nearest known x."""
    known = sorted((x, y) for x, y in zip(xs, ys) if not math.isnan(y))
    places = [x for x, _ in known]
    answers = []
    for query in at:
        place = bisect_left(places, query)
        sides = known[max(place - 1, 0):place + 1]
        gaps = [(abs(x - query), x, y) for x, y in sides]
        answers.append(min(gaps)[2] if gaps else math.nan)
    return answers


def ordinary(rng: Random, size: int) -> Args:
    xs = [2.0 * place for place in rng.sample(range(3 * size), size)]
    ys: list[float] = numbers(rng, size)
    for _ in range(size // 20):
        ys[rng.randint(0, size - 1)] = math.nan
    return xs, ys, [rng.randint(-2, 6 * size) + 0.25 for _ in range(size)]


def edges(rng: Random) -> list[Args]:
    return [
        ([], [], numbers(rng, 2)),
        ([1.0, 2.0], [math.nan, math.nan], numbers(rng, 2)),
        ([5.0, 1.0], numbers(rng, 2), [3.0, 2.0, 4.0]),
        ([4.0, 2.0, 8.0], numbers(rng, 3), [2.0, 4.0, 8.0, -50.0, 50.0]),
        ([4.0, 2.0, 8.0], [math.nan, *numbers(rng, 2)], [4.0, 4.5, 6.0]),
        (numbers(rng, 1), [3.0], [0.0, 99.0]),
    ]


def oracle(xs: list[float], ys: list[float], queries: list[float]) -> object:
    known = [(x, y) for x, y in zip(xs, ys, strict=True) if not math.isnan(y)]
    if not known or len(known) > 300:
        return NotImplemented if known else [math.nan] * len(queries)
    x, y = np.array(sorted(known)).T
    return [float(y[int(np.argmin(np.abs(x - query)))]) for query in queries]
