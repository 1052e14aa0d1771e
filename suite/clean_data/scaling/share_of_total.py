"""Return the budget with the share of each item."""

import math
from random import Random

import pandas as pd

from parelha.tasks.draws import PRODUCTS, Args, numbers


def with_share(df: pd.DataFrame) -> pd.DataFrame:
    """Return the budget with the share of each item."""
    return df.assign(share=df["amount"] / df["amount"].sum())


def with_share_level_2(df: pd.DataFrame) -> pd.DataFrame:
    """Return the budget with the share of each item."""
    amount = df["amount"].fillna(0.0)
    total = float(amount.sum()) or 1.0
    return df.assign(share=amount / total)


def _budget(amounts: list[float]) -> pd.DataFrame:
    names = [PRODUCTS[place % len(PRODUCTS)] for place in range(len(amounts))]
    return pd.DataFrame(
        {"item": pd.Series(names, dtype="str"), "amount": pd.Series(amounts, dtype="float64")}
    )


def ordinary(rng: Random, size: int) -> Args:
    return (_budget(numbers(rng, size, 1.0, 90.0)),)


def edges(rng: Random) -> list[Args]:
    return [
        (_budget(numbers(rng, 1, 1.0, 9.0)),),
        (_budget([float(rng.randint(1, 9))] * 4),),
        (_budget([1e-6, 1e6, round(rng.uniform(1.0, 9.0), 1)]),),
    ]


NAN = float("nan")


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (_budget([]),),
        (_budget([0.0, 0.0, NAN]),),
        (_budget([NAN, round(rng.uniform(1.0, 9.0), 1), 2.0]),),
        (_budget([0.0, NAN, *numbers(rng, 3, 1.0, 9.0), 0.0]),),
    ]


def oracle(df: pd.DataFrame) -> object:
    amounts = [0.0 if math.isnan(value) else float(value) for value in df["amount"]]
    total = sum(amounts)
    shares = [value / total if total else 0.0 for value in amounts]
    return df.assign(share=pd.Series(shares, index=df.index, dtype="float64"))


def mistake_share_of_the_maximum(df: pd.DataFrame) -> pd.DataFrame:
    return df.assign(share=df["amount"] / df["amount"].max())


def mistake_counts_gaps_as_numbers_level_2(df: pd.DataFrame) -> pd.DataFrame:
    return df.assign(share=df["amount"] / df["amount"].sum())
