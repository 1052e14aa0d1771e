"""Correlation and covariance of columns of a DataFrame, and of a Series with itself."""

from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, distinct, numbers

NAN = float("nan")


def frame_of(x: list[float], y: list[float]) -> Args:
    return (pd.DataFrame({"x": x, "y": y}, dtype=float),)


def related(rng: Random, size: int) -> Args:
    """Two columns that rise or fall together, more or less."""
    x = distinct(rng, size, 0, 60)
    slope = rng.choice((-2.0, -0.5, 0.5, 2.0))
    return frame_of(x, [round(slope * value + rng.gauss(0.0, 15.0), 1) for value in x])


def plain_edges(rng: Random) -> list[Args]:
    x = distinct(rng, 6)
    return [
        frame_of(x[:2], [1.0, 4.0]),
        frame_of(x, [3.0 - 2.0 * value for value in x]),
        frame_of([1.0, 2.0, 3.0, 4.0, 5.0], [4.0, 1.0, 0.0, 1.0, float(rng.randint(3, 9))]),
    ]


def missing_edges(rng: Random) -> list[Args]:
    x, y = distinct(rng, 6), numbers(rng, 6)
    return [
        frame_of([], []),
        frame_of([NAN, *x[1:]], [*y[:4], NAN, y[5]]),
        frame_of([1.0, NAN, 3.0], [NAN, 2.0, float(rng.randint(1, 9))]),
        frame_of([NAN, 4.0], [float(rng.randint(1, 9)), NAN]),
    ]


def flat_edges(rng: Random) -> list[Args]:
    y = numbers(rng, 4)
    return [
        *missing_edges(rng),
        frame_of([7.0] * 4, y),
        frame_of([7.0, 7.0, NAN, 9.0], [1.0, float(rng.randint(2, 9)), 3.0, NAN]),
        frame_of([1.0, 2.0, 3.0], [5.0, 5.0, 5.0]),
    ]


def columns_of(df: pd.DataFrame) -> tuple[Any, Any]:
    table = df.to_numpy()
    kept = table[~np.isnan(table).any(axis=1)]
    return kept[:, 0], kept[:, 1]


def is_flat(x: Any) -> bool:
    return len(x) < 2 or bool((x == x[0]).all())
