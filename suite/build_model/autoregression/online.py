"""Return for every day the forecast that the days before allowed."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def replay(demand: list[float]) -> list[float]:
    """Return for every day the forecast that the days before allowed."""
    forecasts = []
    top, bottom = 0.0, 0.0
    for before, today in zip(demand, demand[1:]):
        phi = top / bottom if bottom else 1.0
        forecasts.append(phi * before)
        top += before * today
        bottom += before * before
    return forecasts


def ordinary(rng: Random, size: int) -> Args:
    return (numbers(rng, size, -9.0, 9.0),)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (numbers(rng, 1),),
        (numbers(rng, 2),),
        ([0.0, 0.0, float(rng.randint(1, 9)), 4.0, 2.0],),
        ([8.0, 4.0, 2.0, 1.0, float(rng.randint(1, 9))],),
    ]


def oracle(demand: list[float]) -> object:
    if len(demand) > 300:
        return NotImplemented
    result = []
    for day in range(1, len(demand)):
        x, y = np.array(demand[: day - 1]), np.array(demand[1:day])
        phi = float(x @ y / (x @ x)) if (x != 0.0).any() else 1.0
        result.append(phi * demand[day - 1])
    return result
