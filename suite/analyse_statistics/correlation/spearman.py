"""Return the Spearman rank correlation of two columns."""

from random import Random

import pandas as pd
from scipy import stats

from parelha.tasks.draws import Args, distinct, numbers

from ._shared import NAN, columns_of, flat_edges, frame_of, is_flat


def spearman(df: pd.DataFrame) -> float:
    """Return the Spearman rank correlation of two columns."""
    return float(df["x"].rank().corr(df["y"].rank()))


def spearman_level_2(df: pd.DataFrame) -> float:
    """Return the Spearman rank correlation of two columns."""
    rows = df.dropna()
    if rows["x"].nunique() < 2 or rows["y"].nunique() < 2:
        return 0.0
    return float(rows["x"].rank().corr(rows["y"].rank()))


def ordinary(rng: Random, size: int) -> Args:
    return frame_of(distinct(rng, size), distinct(rng, size))


def edges(rng: Random) -> list[Args]:
    return [
        frame_of(distinct(rng, 2), [1.0, 4.0]),
        frame_of([1.0, 2.0, 3.0, 4.0], [1.0, 8.0, 27.0, float(rng.randint(64, 99))]),
        frame_of([1.0, 2.0, 3.0], [0.5, -8.0, -float(rng.randint(10, 99))]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *flat_edges(rng),
        frame_of([1.0, 1.0, 2.0, 5.0, 5.0], numbers(rng, 5)),
        frame_of([4.0, 9.0, 2.0, NAN, 6.0], [1.0, NAN, 8.0, 2.0, float(rng.randint(3, 7))]),
    ]


def oracle(df: pd.DataFrame) -> object:
    x, y = columns_of(df)
    return 0.0 if is_flat(x) or is_flat(y) else float(stats.spearmanr(x, y).statistic)


def mistake_pearson(df: pd.DataFrame) -> float:
    return float(df["x"].corr(df["y"]))


def mistake_keeps_gaps_level_2(df: pd.DataFrame) -> float:
    return float(df["x"].rank().corr(df["y"].rank()))
