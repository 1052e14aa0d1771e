"""Return Cramér's V between the target and every other column."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from parelha.tasks.draws import Args


def features(df: pd.DataFrame) -> dict[str, float]:
    """Return Cramér's V between the target and every other column."""
    result = {}
    for name in df.columns.drop("target"):
        counts = pd.crosstab(df[name], df["target"]).to_numpy(dtype=float)
        smaller = min(counts.shape)
        if smaller > 1:
            chance = np.outer(counts.sum(axis=1), counts.sum(axis=0))
            chance /= counts.sum()
            x = ((counts - chance) ** 2 / chance).sum()
            share = x / (counts.sum() * (smaller - 1))
            result[str(name)] = float(share**0.5)
    return result


def _labelled(columns: Mapping[str, Sequence[str | None]], target: list[str]) -> Args:
    everything: dict[str, Any] = {**columns, "target": target}
    return (pd.DataFrame({name: pd.Series(x, dtype=object) for name, x in everything.items()}),)


def ordinary(rng: Random, size: int) -> Args:
    """Columns of labels, some related to the target, and a constant one."""
    target = [rng.choice(("buys", "leaves")) for _ in range(size)]
    columns: dict[str, list[str | None]] = {}
    for name in rng.sample(("device", "browser", "country", "weekday", "referrer"), 4):
        labels = [f"{name[0]}{k}" for k in range(rng.randint(2, 5))]
        pull = rng.choice((0.0, 0.2, 0.6))
        columns[name] = [
            labels[t == "buys"] if rng.random() < pull else rng.choice(labels) for t in target
        ]
        for place in rng.sample(range(size), size // 20):
            columns[name][place] = None
    columns["version"] = ["v1"] * size
    return _labelled(columns, target)


def edges(rng: Random) -> list[Args]:
    return [
        _labelled({"a": ["x", "x", rng.choice("xyz")]}, ["u", "u", "u"]),
        _labelled({"a": ["x", None, None], "b": ["p", "q", rng.choice("pq")]}, ["u", "v", "v"]),
        _labelled({"a": ["x", "y", "z", rng.choice("xyz")]}, ["u", "v", "w", "u"]),
        _labelled({"a": [None, "y", "y", "z"], "b": ["p"] * 4}, ["u", "v", "v", rng.choice("vw")]),
        _labelled({}, ["u", rng.choice("uv")]),
    ]


def oracle(df: pd.DataFrame) -> object:
    answer = {}
    for name in df.columns.drop("target"):
        rows = df[[name, "target"]].dropna()
        if rows[name].nunique() > 1 and rows["target"].nunique() > 1:
            counts = pd.crosstab(rows[name], rows["target"]).to_numpy()
            answer[str(name)] = float(stats.contingency.association(counts, method="cramer"))
    return answer
