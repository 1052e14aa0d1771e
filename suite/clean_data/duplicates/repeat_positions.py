"""Return the positions of readings that occurred before."""

import math
from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def repeat_positions(readings: list[float]) -> list[int]:
    """Return the positions of readings that occurred before."""
    return [i for i, x in enumerate(readings) if x in readings[:i]]


def repeat_positions_level_2(readings: list[float]) -> list[int]:
    """Return the positions of readings that occurred before."""
    seen: set[float | None] = set()
    places = []
    for place, reading in enumerate(readings):
        key = None if math.isnan(reading) else reading
        if key in seen:
            places.append(place)
        seen.add(key)
    return places


def ordinary(rng: Random, size: int) -> Args:
    return ([float(rng.randint(1, max(3, size // 2))) for _ in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([float(rng.randint(1, 9))] * 4,),
        ([1.0, 2.0, float(rng.randint(3, 9))],),
        ([0.0, -1.0, 0.0, -1.0, 0.0],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([math.nan, 1.0, -math.nan],),
        ([math.nan],),
        ([0.5, math.nan, 0.5, float("nan"), float(rng.randint(1, 9))],),
    ]


def oracle(readings: list[float]) -> object:
    repeats = pd.Series(readings, dtype=float).duplicated()
    return [int(place) for place in repeats[repeats].index]
