"""Return the penalised slope of every window of days."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def moving(df: pd.DataFrame, window: int, penalty: float) -> pd.Series:
    """Return the penalised slope of every window of days."""
    known = df.dropna(subset=["price", "demand"])
    price, demand = known["price"], known["demand"]
    top = (price * demand).rolling(window, min_periods=1).sum()
    bottom = (price * price).rolling(window, min_periods=1).sum()
    return top / (bottom + penalty)


def ordinary(rng: Random, size: int) -> Args:
    rows = {
        "price": numbers(rng, size, 1.0, 9.0),
        "demand": numbers(rng, size, 0.0, 50.0),
    }
    return pd.DataFrame(rows), rng.randint(2, 6), rng.choice([1.0, 5.0])


def edges(rng: Random) -> list[Args]:
    gap = float("nan")
    demand = [*numbers(rng, 2), gap, *numbers(rng, 2)]
    price = [2.0, gap, 3.0, 5.0, 4.0]
    empty: dict[str, list[float]] = {"price": [], "demand": []}
    return [
        (pd.DataFrame({"price": price, "demand": demand}), 3, 1.0),
        (pd.DataFrame({"price": price, "demand": demand}), 1, 2.0),
        (pd.DataFrame({"price": price, "demand": demand}, index=[9, 7, 5, 3, 1]), 9, 2.0),
        (pd.DataFrame(empty, dtype="float64"), 2, 1.0),
        (pd.DataFrame({"price": [gap, gap], "demand": demand[:2]}), 2, 1.0),
    ]


def oracle(df: pd.DataFrame, window: int, penalty: float) -> object:
    known = df.dropna()
    slopes = []
    for end in range(1, len(known) + 1):
        part = known.iloc[max(0, end - window) : end]
        x, y = part["price"].to_numpy(), part["demand"].to_numpy()
        slopes.append(float(x @ y / (x @ x + penalty)))
    return pd.Series(slopes, index=known.index, dtype="float64")
