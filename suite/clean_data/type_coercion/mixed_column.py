"""Return a column of numbers and texts as floats."""

import math
from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def as_floats(column: list[object]) -> list[float]:
    """Return a column of numbers and texts as floats."""
    return [float(str(item)) for item in column]


def as_floats_level_2(column: list[object]) -> list[float]:
    """Return a column of numbers and texts as floats."""
    floats = []
    for item in column:
        if item is None or isinstance(item, bool):
            continue
        try:
            floats.append(float(str(item)))
        except ValueError:
            floats.append(math.nan)
    return floats


def ordinary(rng: Random, size: int) -> Args:
    values: list[object] = []
    for value in numbers(rng, size):
        values.append(rng.choice([value, str(value), int(value), f" {value} "]))
    return (values,)


def edges(rng: Random) -> list[Args]:
    return [([],), ([str(rng.randint(1, 9)), 3, 0.5],), ([0, "-0.25", " 1e2 "],)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([True, 1, False, 0, None, rng.randint(2, 9)],),
        (["n/a", "", "2.5", "2,5"],),
        ([None, "None", "True", 4.0],),
    ]


def oracle(column: list[object]) -> object:
    return [
        float(value)
        for value in pd.to_numeric(
            pd.Series([v for v in column if type(v) in (int, float, str)], dtype=object).map(
                lambda v: v.strip() if isinstance(v, str) else v
            ),
            errors="coerce",
        )
    ]


def mistake_ends_in_a_digit_level_2(column: list[object]) -> list[float]:
    return [float(str(v)) for v in column if str(v).strip()[-1:].isdigit()]
