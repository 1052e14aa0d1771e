"""Return how much capping takes from each region, the most first."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import draw_amount


def capped_excess(df: pd.DataFrame) -> pd.DataFrame:
    """Return how much capping takes from each region, the most first."""
    known = df.dropna(subset=["amount"])
    amounts = known.groupby("region")["amount"]
    over = (known["amount"] - amounts.transform("quantile", 0.9)).clip(lower=0)
    known = known.assign(excess=over)[amounts.transform("size") >= 5]
    excess = known.groupby("region")["excess"].sum()
    return excess.sort_values(ascending=False).reset_index()


Row = tuple[str, float]


def _regions(rows: list[Row]) -> Args:
    frame = pd.DataFrame(
        {
            "region": pd.Series([row[0] for row in rows], dtype="str"),
            "amount": pd.Series([row[1] for row in rows], dtype="float64"),
        }
    )
    frame.index = pd.Index([3 * place + 7 for place in range(len(rows))], dtype="int64")
    return (frame,)


def _region_rows(rng: Random, size: int) -> list[Row]:
    names = [f"R{number}" for number in range(1, 3 + size // 20)]
    rows = [(rng.choice(names), draw_amount(rng)) for _ in range(size)]
    return [(name, math.nan if rng.random() < 0.06 else amount) for name, amount in rows]


def ordinary(rng: Random, size: int) -> Args:
    return _regions(_region_rows(rng, size))


def edges(rng: Random) -> list[Args]:
    return [
        _regions(rows)
        for rows in (
            [],
            [("R1", 5.0), ("R1", 9.0), ("R1", math.nan), ("R2", float(rng.randint(1, 9)))],
            [("R1", float(value)) for value in (1, 2, 3, rng.randint(60, 90))],
            [("R1", float(value)) for value in (1, 2, 3, 4, rng.randint(60, 90))],
            [("R2", float(value)) for value in (4, 4, 4, 4, 4, rng.randint(60, 90))]
            + [("R1", float(value)) for value in (1, 2, 3, -4, 100 + rng.randint(60, 90))],
            [("R3", math.nan), ("R3", 1.0), ("R3", 2.5), ("R3", 2.0), ("R3", 4.0)],
        )
    ]


def oracle(df: pd.DataFrame) -> object:
    amounts: dict[str, list[float]] = {}
    for name, amount in zip(df["region"].tolist(), df["amount"].tolist(), strict=True):
        amounts.setdefault(name, [])
        if not math.isnan(amount):
            amounts[name].append(amount)
    cut = {}
    for name, known in amounts.items():
        if len(known) >= 5:
            excess = np.asarray(known) - np.quantile(known, 0.9)
            cut[name] = float(excess[excess > 0].sum())
    names = sorted(cut, key=lambda name: (-cut[name], name))
    return pd.DataFrame(
        {
            "region": pd.Series(names, dtype="str"),
            "excess": pd.Series([cut[name] for name in names], dtype="float64"),
        }
    )
