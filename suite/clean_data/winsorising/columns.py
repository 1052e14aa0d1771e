"""Return the matrix with winsorised columns and without gaps."""

import math
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers, with_outliers

from ._shared import array_of


def clean(x: np.ndarray, p: float) -> np.ndarray:
    """Return the matrix with winsorised columns and without gaps."""
    cleaned = np.zeros(x.shape)
    for place, column in enumerate(x.T):
        known = column[~np.isnan(column)]
        if known.size:
            low, high = np.quantile(known, [p, 1 - p])
            mean = np.clip(known, low, high).mean()
            clipped = np.clip(column, low, high)
            cleaned[:, place] = np.where(np.isnan(column), mean, clipped)
    return cleaned


def ordinary(rng: Random, size: int) -> Args:
    columns = []
    for _ in range(3):
        column = with_outliers(rng, size)
        for place in rng.sample(range(size), max(1, size // 10)):
            column[place] = math.nan
        columns.append(column)
    return array_of(columns).T.copy(), rng.choice([0.05, 0.1, 0.25])


def edges(rng: Random) -> list[Args]:
    return [
        (array_of([[math.nan]]), 0.1),
        (array_of([numbers(rng, 3)]), 0.1),
        (array_of([[1.0, math.nan], [math.nan, math.nan], numbers(rng, 2)]), 0.0),
        (array_of([[v, math.nan] for v in (1.0, 2.0, 90.0, *numbers(rng, 3))]), 0.2),
        (array_of([[v] for v in (*numbers(rng, 5), math.nan, math.nan)]), 0.5),
    ]


def oracle(x: Any, p: float) -> object:
    frame = pd.DataFrame(x, dtype=float)
    clipped = frame.apply(lambda column: column.clip(column.quantile(p), column.quantile(1.0 - p)))
    return clipped.fillna(clipped.mean()).fillna(0.0).to_numpy()
