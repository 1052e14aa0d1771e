"""Return the label of the oddest sale of each store."""

from random import Random
from statistics import median

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import NAN, drawn, easy_frames, hard_frames, rows_with_groups


def oddest(sales: pd.DataFrame) -> dict[str, int]:
    """Return the label of the oddest sale of each store."""
    middle = sales.groupby("store")["amount"].transform("median")
    oddness = (sales["amount"] - middle).abs()
    labels = oddness.groupby(sales["store"]).idxmax()
    return {str(store): int(label) for store, label in labels.items()}


def oddest_level_2(sales: pd.DataFrame) -> dict[str, int]:
    """Return the label of the oddest sale of each store."""
    known = sales.dropna(subset=["amount"])
    middle = known.groupby("store")["amount"].transform("median")
    oddness = (known["amount"] - middle).abs()
    labels = oddness.groupby(known["store"]).idxmax()
    return {str(store): int(label) for store, label in labels.items()}


ordinary = drawn("store", "amount")


def edges(rng: Random) -> list[Args]:
    return [(frame,) for frame in easy_frames(rng, "store", "amount")]


def edges_level_2(rng: Random) -> list[Args]:
    return [(frame,) for frame in hard_frames(rng, "store", "amount")]


def oracle(sales: pd.DataFrame) -> object:
    best: dict[str, tuple[float, int]] = {}
    rows = zip(sales["store"], rows_with_groups(sales, "store", "amount"), sales.index, strict=True)
    for name, (number, group), label in rows:
        gap = abs(number - median(group)) if group else NAN
        if gap >= 0 and (name not in best or gap > best[name][0]):
            best[name] = (gap, int(label))
    return {name: label for name, (_, label) in best.items()}
