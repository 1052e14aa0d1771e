"""Return the last season, repeated over the horizon."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def predict(history: list[float], period: int, horizon: int) -> list[float]:
    """Return the last season, repeated over the horizon."""
    season = history[-period:]
    return [season[day % period] for day in range(horizon)]


def predict_level_2(history: list[float], period: int, horizon: int) -> list[float]:
    """Return the last season, repeated over the horizon."""
    season = history[-period:] or [0.0]
    return [season[day % len(season)] for day in range(horizon)]


def ordinary(rng: Random, size: int) -> Args:
    return numbers(rng, max(size, 4)), rng.randint(2, 4), rng.randint(1, 7)


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 3), 3, 0),
        (numbers(rng, 4), 1, 3),
        (numbers(rng, 3), 3, 8),
        ([2.0] * 5, 2, 2),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [([], 3, 2), (numbers(rng, 2), 5, 5), (numbers(rng, 1), 2, 3)]


def oracle(history: list[float], period: int, horizon: int) -> object:
    if not history:
        return [0.0] * horizon
    return [float(v) for v in np.resize(history[-period:], horizon)]
