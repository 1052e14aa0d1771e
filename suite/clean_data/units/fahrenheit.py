"""Return temperatures given in Fahrenheit in degrees Celsius."""

import math
from random import Random

from scipy import constants

from parelha.tasks.draws import Args, numbers


def to_celsius(readings: list[float]) -> list[float]:
    """Return temperatures given in Fahrenheit in degrees Celsius."""
    return [(f - 32.0) * 5.0 / 9.0 for f in readings]


def to_celsius_level_2(readings: list[float | None]) -> list[float | None]:
    """Return temperatures given in Fahrenheit in degrees Celsius."""
    celsius: list[float | None] = []
    for f in readings:
        if f is None or f < -459.67:
            celsius.append(None)
        else:
            celsius.append((f - 32.0) * 5.0 / 9.0)
    return celsius


def ordinary(rng: Random, size: int) -> Args:
    return (numbers(rng, size, -40.0, 110.0),)


def edges(rng: Random) -> list[Args]:
    return [([],), ([32.0, 212.0, -40.0],), ([0.0, *numbers(rng, 1)],)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([None, 0.0, None, *numbers(rng, 1)],),
        ([-459.7, -460.0, -459.6],),
        ([-999.0, float(rng.randint(-900, -500)), 32.0],),
    ]


def oracle(readings: list[float | None]) -> object:
    known = [math.nan if reading is None else reading for reading in readings]
    kelvin = constants.convert_temperature(known, "Fahrenheit", "Kelvin")
    return [float(k) - constants.zero_Celsius if k >= 0.0 else None for k in kelvin]


def mistake_without_brackets(readings: list[float]) -> list[float]:
    return [f - 32 * 5 / 9 for f in readings]
