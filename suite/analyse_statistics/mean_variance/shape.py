"""Return average, deviation and skewness of the usable columns."""

import math
from random import Random
from statistics import fmean, pstdev
from typing import Any

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args, numbers

from ._shared import NAN


def shape(table: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return average, deviation and skewness of the usable columns."""
    result = {}
    for name, column in table.items():
        known = [x for x in column if not math.isnan(x)]
        if len(known) >= 3 and min(known) < max(known):
            m, s = fmean(known), pstdev(known)
            result[name] = [m, s, fmean(((x - m) / s) ** 3 for x in known)]
    return result


def ordinary(rng: Random, size: int) -> Args:
    """Columns of skewed numbers, one of them constant, with gaps."""
    table: dict[str, list[float]] = {}
    for name in rng.sample(["rent", "income", "age", "rooms"], 3):
        power = rng.choice((0.5, 1.0, 2.0))
        table[name] = [round(rng.uniform(0.0, 9.0) ** power, 1) for _ in range(max(size // 3, 4))]
        table[name][0] = NAN
    return ({**table, "floor": [2.0] * 5},)


def edges(rng: Random) -> list[Args]:
    return [
        ({},),
        ({"age": [NAN, NAN], "rent": []},),
        ({"age": [1.0, float(rng.randint(2, 9))], "rent": [4.0, NAN, 4.0, 4.0]},),
        ({"age": [1.0, 1.0, float(rng.randint(2, 9))], "rent": [5.0, NAN, 6.0]},),
        ({"age": [-3.0, 0.0, float(rng.randint(4, 9)), NAN]},),
        ({"rent": numbers(rng, 6), "age": [7.0, 7.0, 7.0]},),
    ]


def oracle(table: dict[str, list[float]]) -> object:
    answer: dict[str, Any] = {}
    for name, column in table.items():
        known = [value for value in column if not math.isnan(value)]
        if len(known) > 2 and len(set(known)) > 1:
            answer[name] = [
                float(np.mean(known)),
                float(np.std(known)),
                float(stats.skew(known)),
            ]
    return answer
