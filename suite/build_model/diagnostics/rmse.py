"""Return the typical miss of fitted against observed values."""

import math
from random import Random

import numpy as np
from sklearn.metrics import root_mean_squared_error

from parelha.tasks.draws import Args, numbers

from ._shared import pairs


def rmse(observed: list[float], fitted: list[float]) -> float:
    """Return the typical miss of fitted against observed values."""
    squares = [(a - b) ** 2 for a, b in zip(observed, fitted)]
    return math.sqrt(sum(squares) / len(squares))


def rmse_level_2(observed: list[float], fitted: list[float]) -> float:
    """Return the typical miss of fitted against observed values."""
    gaps = [a - b for a, b in zip(observed, fitted)]
    squares = [gap**2 for gap in gaps if not math.isnan(gap)]
    return math.sqrt(sum(squares) / len(squares)) if squares else 0.0


ordinary = pairs


def edges(rng: Random) -> list[Args]:
    return [
        ([5.0], numbers(rng, 1)),
        ([1.0, 2.0], [1.0, 2.0]),
        ([0.0, 0.0, 0.0, 0.0], [float(rng.randint(1, 9)), 0.0, 0.0, -2.0]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([math.nan], [1.0]),
        ([1.0, math.nan, 3.0], [*numbers(rng, 2), math.nan]),
        (numbers(rng, 3), numbers(rng, 2)),
        ([], numbers(rng, 2)),
    ]


def oracle(observed: list[float], fitted: list[float]) -> object:
    return (
        NotImplemented
        if len(observed) != len(fitted) or not observed or np.isnan([*observed, *fitted]).any()
        else float(root_mean_squared_error(observed, fitted))
    )


def mistake_no_root(observed: list[float], fitted: list[float]) -> float:
    return sum((a - b) ** 2 for a, b in zip(observed, fitted)) / len(fitted)
