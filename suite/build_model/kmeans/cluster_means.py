"""Return the mean x and y of each cluster."""

import math
from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def cluster_means(df: pd.DataFrame) -> pd.DataFrame:
    """Return the mean x and y of each cluster."""
    return df.groupby("cluster")[["x", "y"]].mean()


def cluster_means_level_2(df: pd.DataFrame) -> pd.DataFrame:
    """Return the mean x and y of each cluster."""
    known = df.dropna(subset=["x", "y"])
    return known.groupby("cluster")[["x", "y"]].mean()


def _points(x: list[float], y: list[float], cluster: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "x": pd.Series(x, dtype="float64"),
            "y": pd.Series(y, dtype="float64"),
            "cluster": pd.Series(cluster, dtype="int64"),
        }
    )


def ordinary(rng: Random, size: int) -> Args:
    return (
        _points(
            numbers(rng, size), numbers(rng, size), [rng.choice((2, 0, 5)) for _ in range(size)]
        ),
    )


def edges(rng: Random) -> list[Args]:
    return [
        (_points(numbers(rng, 1), numbers(rng, 1), [3]),),
        (_points(numbers(rng, 4), numbers(rng, 4), [9, 4, 1, 4]),),
        (_points([1e6, -1e6, 0.0], numbers(rng, 3), [0, 0, -1]),),
    ]


NAN = float("nan")


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (_points([], [], []),),
        (_points([NAN, *numbers(rng, 3)], numbers(rng, 4), [1, 1, 2, 2]),),
        (_points(numbers(rng, 4), [*numbers(rng, 3), NAN], [1, 1, 2, 2]),),
        (_points([NAN, 1.0], [2.0, float(rng.randint(1, 9))], [7, 8]),),
    ]


def oracle(df: pd.DataFrame) -> object:
    sums: dict[int, list[float]] = {}
    for x, y, cluster in zip(*(df[name].tolist() for name in df.columns), strict=True):
        if not math.isnan(x + y):
            own = sums.setdefault(cluster, [0.0, 0.0, 0.0])
            for place, value in enumerate((x, y, 1.0)):
                own[place] += value
    rows = {
        name: [sums[key][place] / sums[key][2] for key in sorted(sums)]
        for place, name in enumerate(("x", "y"))
    }
    index = pd.Index(sorted(sums), dtype="int64", name="cluster")
    return pd.DataFrame(rows, index=index, dtype="float64")


def mistake_medians(df: pd.DataFrame) -> pd.DataFrame:
    return df.groupby("cluster")[["x", "y"]].median()


def mistake_keeps_noise_level_2(df: pd.DataFrame) -> pd.DataFrame:
    return df.groupby("cluster")[["x", "y"]].mean()
