"""Return the mean of the last values as the forecast."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def moving_average(values: list[float], window: int) -> float:
    """Return the mean of the last values as the forecast."""
    return sum(values[-window:]) / window


def moving_average_level_2(values: list[float], window: int) -> float:
    """Return the mean of the last values as the forecast."""
    last = values[-window:]
    return sum(last) / len(last) if last else 0.0


def ordinary(rng: Random, size: int) -> Args:
    return numbers(rng, size), rng.randint(2, min(4, size))


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 1), 1),
        (numbers(rng, 4), 1),
        (numbers(rng, 4), 4),
        ([5.0] * 4, 3),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [([], 3), (numbers(rng, 2), 5), (numbers(rng, 1), 2)]


def oracle(values: list[float], window: int) -> object:
    if not values:
        return 0.0
    return float(pd.Series(values).rolling(window, min_periods=1).mean().iloc[-1])


def mistake_all_values(values: list[float], window: int) -> float:
    return sum(values) / len(values)
