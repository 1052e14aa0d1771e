"""Return a word for each value: ok, mild, extreme or missing."""

import math
from random import Random
from typing import Any

import numpy as np

from parelha.tasks.draws import Args


def grade(values: list[float | None]) -> list[str]:
    """Return a word for each value: ok, mild, extreme or missing."""
    known = [value for value in values if value is not None]
    if not known:
        return ["missing"] * len(values)
    first, third = (float(q) for q in np.quantile(known, [0.25, 0.75]))
    spread = third - first
    grades = []
    for value in values:
        if value is None:
            grades.append("missing")
            continue
        beyond = max(first - value, value - third)
        if beyond > 3 * spread:
            grades.append("extreme")
        else:
            grades.append("mild" if beyond > 1.5 * spread else "ok")
    return grades


def ordinary(rng: Random, size: int) -> Args:
    values: list[Any] = [float(rng.randint(40, 60)) for _ in range(size)]
    for _ in range(1 + size // 15):
        values[rng.randrange(size)] = rng.choice((None, 15.0, 20.0, 84.0, 88.0, 130.0, -30.0))
    return (values,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None] * rng.randint(1, 4),),
        ([4.0, None, 4.0, 4.0, 4.0, float(rng.randint(5, 9))],),
        ([1.0, 1.0, 1.0, 5.0, 11.0, None],),
        ([1.0, 1.0, 1.0, 5.0, 17.0, None],),
        ([9.0, 9.0, 9.0, 5.0, -7.0, None],),
        ([9.0, 9.0, 9.0, 5.0, -float(rng.randint(8, 20)), None],),
    ]


def oracle(values: list[float | None]) -> object:
    data = np.array([math.nan if value is None else value for value in values], dtype=float)
    if np.isnan(data).all():
        return ["missing"] * len(values)
    first, third = np.nanpercentile(data, [25, 75])
    spread = third - first
    grades = np.full(len(data), "ok", dtype=object)
    for factor, name in ((1.5, "mild"), (3.0, "extreme")):
        grades[(data < first - factor * spread) | (data > third + factor * spread)] = name
    grades[np.isnan(data)] = "missing"
    return [str(grade) for grade in grades]
