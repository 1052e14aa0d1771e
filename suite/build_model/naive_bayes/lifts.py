"""Return how strongly each trait speaks for a purchase."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args


def lifts(df: pd.DataFrame) -> dict[str, float]:
    """Return how strongly each trait speaks for a purchase."""
    bought = df["bought"]
    traits = df.drop(columns="bought")
    yes = (traits[bought].sum() + 1) / (bought.sum() + 2)
    no = (traits[~bought].sum() + 1) / ((~bought).sum() + 2)
    pairs = zip(traits.columns, yes, no)
    return {name: float(np.log(p / q)) for name, p, q in pairs}


def ordinary(rng: Random, size: int) -> Args:
    rows = []
    for _ in range(size):
        bought = rng.random() < 0.4
        tall = rng.random() < 0.5
        rows.append((bought, rng.random() < (0.7 if bought else 0.3), tall, tall != bought))
    return (pd.DataFrame(rows, columns=["bought", "young", "online", "member"]),)


def edges(rng: Random) -> list[Args]:
    def frame(*rows: str) -> Args:
        table = [[flag == "1" for flag in row] for row in rows]
        return (pd.DataFrame(table, columns=["bought", "young", "online"], dtype=bool),)

    return [
        frame(),
        frame("111", "101", "100"),
        frame("011", "001"),
        frame("110", "001", "100", "011", "111"),
        frame(*["101"] * rng.randint(2, 9), "010", "011", "110"),
    ]


def oracle(df: pd.DataFrame) -> object:
    result = {}
    for name in df.columns.drop("bought"):
        table = pd.crosstab(df["bought"], df[name])
        table = table.reindex(index=[False, True], columns=[False, True], fill_value=0) + 1.0
        shares = table[True] / table.sum(axis=1)
        result[str(name)] = float(np.log(shares[True] / shares[False]))
    return result
