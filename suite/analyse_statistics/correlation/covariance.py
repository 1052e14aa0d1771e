"""Return the population covariance of two columns."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers

from ._shared import columns_of, frame_of, missing_edges, plain_edges, related


def covariance(df: pd.DataFrame) -> float:
    """Return the population covariance of two columns."""
    x, y = df["x"], df["y"]
    return float((x * y).mean() - x.mean() * y.mean())


def covariance_level_2(df: pd.DataFrame) -> float:
    """Return the population covariance of two columns."""
    rows = df.dropna()
    if rows.empty:
        return 0.0
    x, y = rows["x"], rows["y"]
    return float((x * y).mean() - x.mean() * y.mean())


ordinary = related


def edges(rng: Random) -> list[Args]:
    return [*plain_edges(rng), frame_of([3.0], numbers(rng, 1))]


edges_level_2 = missing_edges


def oracle(df: pd.DataFrame) -> object:
    x, y = columns_of(df)
    return float(np.cov(x, y, ddof=0)[0, 1]) if len(x) else 0.0


def mistake_sample_covariance(df: pd.DataFrame) -> float:
    return float(df["x"].cov(df["y"]))
