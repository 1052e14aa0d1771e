"""Imputation: filling missing values by mean, median, neighbours or the most frequent value."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers, sprinkle

Gappy = list[float | None]


def draw_gappy(rng: Random, size: int) -> Args:
    return (sprinkle(rng, numbers(rng, max(3, size - 2)), None, rng.randint(1, 3)),)


def gap_edges(rng: Random) -> list[Args]:
    """Gaps at either end, in a run, none at all; zeros among the values."""
    one, two, three = numbers(rng, 3)
    return [
        ([one, None],),
        ([None, None, two, None],),
        ([one, two, three],),
        ([0.0, None, two, 0.0, None],),
    ]


def empty_edges(rng: Random) -> list[Args]:
    return [([],), ([None],), ([None] * rng.randint(2, 4),)]


def series(values: Gappy) -> "pd.Series[float]":
    return pd.Series(values, dtype=float)


def filled_of(values: Gappy, fill: float) -> list[float]:
    """Fill by pandas; zero where nothing is known."""
    return [float(v) for v in series(values).fillna(fill).fillna(0.0)]
