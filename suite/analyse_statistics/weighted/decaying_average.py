"""Return after each reading the average with weights that halve."""

import math
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers


def decay(times: list[float], read: list[float], half: float) -> list[float]:
    """Return after each reading the average with weights that halve."""
    averages: list[float] = []
    average, total, weight, last = math.nan, 0.0, 0.0, 0.0
    for time, value in zip(times, read):
        if not math.isnan(value):
            fade = 0.5 ** ((time - last) / half)
            total, weight = total * fade + value, weight * fade + 1.0
            average, last = total / weight, time
        averages.append(average)
    return averages


def ordinary(rng: Random, size: int) -> Args:
    """Times in rising order with pauses, values with gaps, and a half-life."""
    time, times = 0.0, []
    for _ in range(size):
        time += rng.choice((0.5, 1.0, 1.0, 2.0, 5.0))
        times.append(time)
    values = numbers(rng, size)
    for place in rng.sample(range(size), size // 8):
        values[place] = math.nan
    return times, values, float(rng.randint(2, 8))


def edges(rng: Random) -> list[Args]:
    return [
        ([], [], 2.0),
        ([1.0, 2.0], [math.nan, math.nan], float(rng.randint(1, 5))),
        ([1.0, 3.0, 4.0], [math.nan, *numbers(rng, 2)], 1.0),
        ([0.0, 10.0, 20.0, 21.0], [4.0, math.nan, float(rng.randint(5, 9)), math.nan], 10.0),
        ([5.0, 5.5, 90.0], numbers(rng, 3), 0.5),
    ]


def oracle(times: list[float], read: list[float], half: float) -> object:
    series: Any = pd.Series(read, dtype=float)
    known = series.notna()
    if not known.any():
        return [math.nan] * len(read)
    stamps = pd.Series(pd.to_datetime(np.asarray(times) * 1e9))
    life: Any = pd.Timedelta(seconds=half)
    answers = pd.Series(math.nan, index=series.index)
    answers[known] = series[known].ewm(halflife=life, times=stamps[known]).mean()
    return [float(value) for value in answers.ffill()]
