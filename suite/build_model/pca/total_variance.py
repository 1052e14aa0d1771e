"""Return the total variance of the columns."""

from random import Random

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA

from parelha.tasks.draws import Args, numbers

from ._shared import cloud


def total_variance(df: pd.DataFrame, columns: list[str]) -> float:
    """Return the total variance of the columns."""
    return float(df[columns].var().sum())


def total_variance_level_2(df: pd.DataFrame, columns: list[str]) -> float:
    """Return the total variance of the columns."""
    known = df[columns].dropna()
    return float(known.var().sum()) if len(known) > 1 else 0.0


def ordinary(rng: Random, size: int) -> Args:
    frame = pd.DataFrame(cloud(rng, size, 3), columns=["height", "weight", "age"])
    return frame, ["height", "weight", "age"][: rng.randint(2, 3)]


def edges(rng: Random) -> list[Args]:
    return [
        (pd.DataFrame({"a": numbers(rng, 2), "b": [1.0, 1.0]}), ["a", "b"]),
        (pd.DataFrame({"a": numbers(rng, 4), "b": numbers(rng, 4)}), ["b"]),
        (pd.DataFrame({"a": numbers(rng, 3)}, index=[4, 4, 9]), ["a"]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (pd.DataFrame({"a": [np.nan, *numbers(rng, 3)], "b": numbers(rng, 4)}), ["a", "b"]),
        (pd.DataFrame({"a": [np.nan, *numbers(rng, 3)], "b": numbers(rng, 4)}), ["b"]),
        (pd.DataFrame({"a": [1.0, np.nan], "b": numbers(rng, 2)}), ["a", "b"]),
        (pd.DataFrame({"a": [], "b": []}, dtype="float64"), ["a", "b"]),
    ]


def oracle(df: pd.DataFrame, columns: list[str]) -> object:
    known = df[columns].dropna()
    if len(known) < 2:
        return 0.0
    return float(sum(PCA(random_state=0).fit(known.to_numpy()).explained_variance_))


def mistake_population_variance(df: pd.DataFrame, columns: list[str]) -> float:
    return float(df[columns].var(ddof=0).sum())
