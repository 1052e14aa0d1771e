"""Return next week's forecast for every item."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args


def plan(df: pd.DataFrame, n: int) -> dict[str, float]:
    """Return next week's forecast for every item."""
    known = df.dropna(subset=["sold"]).sort_values("week")
    newest = known.groupby("item").tail(n)
    means = newest.groupby("item")["sold"].mean()
    return {str(item): float(mean) for item, mean in means.items()}


def ordinary(rng: Random, size: int) -> Args:
    num_items = max(2, size // 12)
    rows = []
    for place in range(size):
        item = rng.choice([f"item {n}" for n in range(num_items)])
        sold = math.nan if rng.random() < 0.05 else float(rng.randint(0, 40))
        rows.append((item, place, sold))
    rng.shuffle(rows)
    return (pd.DataFrame(rows, columns=["item", "week", "sold"]), rng.randint(1, 4))


def edges(rng: Random) -> list[Args]:
    def frame(items: str, weeks: list[int], sold: list[float]) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "item": pd.Series(list(items), dtype=object),
                "week": pd.Series(weeks, dtype="int64"),
                "sold": pd.Series(sold, dtype="float64"),
            }
        )

    gap = math.nan
    some = [float(rng.randint(1, 9)) for _ in range(5)]
    return [
        (frame("", [], []), 2),
        (frame("bab", [3, 2, 1], some[:3]), 1),
        (frame("aaa", [30, 10, 20], [gap, *some[:2]]), 1),
        (frame("ab", [1, 1], [gap, some[0]]), 3),
        (frame("aaaba", [5, 4, 9, 1, 2], some), 2),
    ]


def oracle(df: pd.DataFrame, weeks: int) -> object:
    result: dict[str, float] = {}
    for item in sorted(set(df["item"])):
        own = df[(df["item"] == item) & df["sold"].notna()]
        newest = sorted(zip(own["week"], own["sold"], strict=True))[-weeks:]
        if newest:
            result[item] = float(np.mean([sold for _, sold in newest]))
    return result
