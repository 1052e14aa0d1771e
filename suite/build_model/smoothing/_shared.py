"""Forecasts of a series: exponential smoothing, moving averages, drift, seasons."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def draw_smoothed(rng: Random, size: int) -> Args:
    return numbers(rng, size), rng.choice([0.1, 0.2, 0.3, 0.5, 0.8])


def smoothing_edges(rng: Random) -> list[Args]:
    value = numbers(rng, 1)[0]
    return [
        ([value], 0.3),
        ([value] * 4, 0.7),
        (numbers(rng, 5), 1.0),
        (numbers(rng, 5), 0.0),
        ([0.0, 10.0, 0.0], 0.5),
    ]


def nan_edges(rng: Random) -> list[Args]:
    gap = float("nan")
    return [
        ([], 0.5),
        ([*numbers(rng, 2), gap, *numbers(rng, 1)], 0.5),
        ([*numbers(rng, 1), gap, gap], 0.25),
        ([*numbers(rng, 2), gap, gap, *numbers(rng, 2)], 1.0),
    ]


def smoothing_oracle(values: list[float], alpha: float) -> object:
    if not values:
        return []
    if alpha == 0.0:
        return [values[0]] * len(values)  # pandas wants alpha > 0
    # A missing value leaves the level alone, and the weights with `ignore_na` do the same.
    means = pd.Series(values).ewm(alpha=alpha, adjust=False, ignore_na=True).mean()
    return [float(v) for v in means]
