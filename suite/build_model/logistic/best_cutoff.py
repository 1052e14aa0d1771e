"""Return the cutoff with the largest Youden index, and the index."""

from random import Random

import numpy as np
import pandas as pd
from sklearn.metrics import roc_curve

from parelha.tasks.draws import Args, numbers


def best_cutoff(df: pd.DataFrame) -> tuple[float, float]:
    """Return the cutoff with the largest Youden index, and the index."""
    known = df.dropna(subset=["marker"])
    counts = known.groupby("marker")["sick"].agg(["sum", "size"]).iloc[::-1]
    sick = counts["sum"].cumsum()
    healthy = counts["size"].cumsum() - sick
    if known["sick"].nunique() < 2:
        return float("nan"), 0.0
    index = (sick / sick.iloc[-1] - healthy / healthy.iloc[-1]).round(9)
    return float(index.idxmax()), float(index.max())


def ordinary(rng: Random, size: int) -> Args:
    rows = [
        (round(rng.gauss(5.0 + sick, 1.5), 1) if rng.random() > 0.05 else np.nan, bool(sick))
        for sick in (rng.randint(0, 1) for _ in range(size))
    ]
    return (pd.DataFrame(rows, columns=["marker", "sick"]),)


def edges(rng: Random) -> list[Args]:
    def frame(markers: list[float], sick: list[bool]) -> Args:
        return (pd.DataFrame({"marker": np.array(markers, dtype=float), "sick": sick}),)

    return [
        frame(numbers(rng, 2), [True, True]),
        frame([], []),
        frame([1.0, 2.0, np.nan], [False, False, True]),
        frame([1.0, 2.0, 3.0, 4.0], [False, True, False, True]),
        frame([4.0, 3.0, float(rng.randint(0, 2))], [False, True, True]),
        frame([2.0, 2.0, 5.0, 1.0, np.nan], [True, False, True, False, True]),
    ]


def oracle(df: pd.DataFrame) -> object:
    known = df.dropna()
    if known["sick"].nunique() < 2:
        return float("nan"), 0.0
    falses, trues, cuts = roc_curve(known["sick"], known["marker"], drop_intermediate=False)
    gains = np.round(trues - falses, 9)[1:]
    best = np.flatnonzero(gains == gains.max())[0]
    return float(cuts[1:][best]), float(gains[best])
