"""Return column, threshold and impurity of the best split."""

import math
from itertools import pairwise
from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd

from parelha.tasks.draws import Args


def best_split(df: pd.DataFrame) -> tuple[str, float, float]:
    """Return column, threshold and impurity of the best split."""
    found = []
    for order, name in enumerate(df.columns.drop("label")):
        rows = df.groupby(name)["label"].agg(["sum", "size"]).cumsum()
        n, one = rows["size"].iloc[:-1], rows["sum"].iloc[:-1]
        rest, other = rows["size"].max() - n, rows["sum"].max() - one
        total = one * (1 - one / n) + other * (1 - other / rest)
        scores = (2 * total / rows["size"].max()).round(9)
        cuts = (rows.index[:-1] + rows.index[1:]) / 2
        for score, cut in zip(scores, cuts):
            found.append((float(score), order, float(cut), name))
    best = min(found, default=(0.0, 0, 0.0, ""))
    return best[3], best[2], best[0]


def ordinary(rng: Random, size: int) -> Args:
    size = max(size, 4)
    names = ["age", "income", "visits"]
    frame = pd.DataFrame({name: [float(rng.randint(0, 12)) for _ in range(size)] for name in names})
    noise = [rng.random() < 0.85 for _ in range(size)]
    cut = rng.randint(4, 8)
    sure = frame[rng.choice(names)] > cut
    frame["label"] = [int(a == b) for a, b in zip(sure, noise, strict=True)]
    if size > 9:
        frame.loc[rng.randint(0, size - 1), "income"] = np.nan
    return (frame,)


def edges(rng: Random) -> list[Args]:
    def frame(label: list[int], **columns: list[float]) -> Args:
        table = pd.DataFrame(columns, dtype="float64")
        table["label"] = np.array(label, dtype="int64")
        return (table,)

    gap = math.nan
    return [
        frame([0, 1, 0], a=[2.0, 2.0, 2.0]),
        frame([], a=[], b=[]),
        frame([1, 0, 1, 0], b=[1.0, 2.0, 3.0, 4.0], a=[1.0, 2.0, 3.0, 4.0]),
        frame([0, 0, 1, 1], x=[1.0, 1.0, 5.0, float(rng.randint(6, 9))], y=[4.0, 3.0, 2.0, 1.0]),
        frame([0, 1, 1, 0], x=[1.0, gap, 3.0, 4.0], y=[1.0, 9.0, gap, 0.0]),
        frame([1, 1, 1], x=[1.0, 2.0, 4.0]),
    ]


def _gini(labels: npt.NDArray[np.int64]) -> float:
    """Gini impurity times the number of labels."""
    share = float(np.mean(labels)) if len(labels) else 0.0
    return 2.0 * share * (1.0 - share) * len(labels)


def oracle(df: pd.DataFrame) -> object:
    best = ("", 0.0, math.inf)
    for name in df.columns.drop("label"):
        known = df[[name, "label"]].dropna()
        places = sorted(known[name].unique())
        for low, high in pairwise(places):
            left = known["label"][known[name] <= low].to_numpy()
            right = known["label"][known[name] > low].to_numpy()
            impurity = round((_gini(left) + _gini(right)) / len(known), 9)
            if impurity < best[2]:
                best = (str(name), float(low + high) / 2.0, impurity)
    return best if best[0] else ("", 0.0, 0.0)
