"""Return the three-day moving average of the sales of each shop."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers

from ._shared import NAN


def by_shop(df: pd.DataFrame) -> pd.DataFrame:
    """Return the three-day moving average of the sales of each shop."""
    rows = df.dropna(subset=["sales"])
    rows = rows.drop_duplicates(["shop", "day"], keep="last")
    rows = rows.sort_values(["shop", "day"], ignore_index=True)
    windows = rows.groupby("shop")["sales"].rolling(3, min_periods=1)
    means = windows.mean().reset_index(level=0, drop=True)
    return rows[["shop", "day"]].assign(mean=means)


def _days(shops: list[str], days: list[int], sales: list[float]) -> Args:
    columns = {
        "shop": pd.Series(shops, dtype=object),
        "day": pd.Series(days, dtype="int64"),
        "sales": pd.Series(sales, dtype=float),
    }
    return (pd.DataFrame(columns),)


def ordinary(rng: Random, size: int) -> Args:
    shops = [rng.choice(("north", "south", "são")) for _ in range(size)]
    days = [rng.randint(1, max(3, size // 3)) for _ in range(size)]
    sales = numbers(rng, size, 0.0)
    for place in rng.sample(range(size), size // 10):
        sales[place] = NAN
    return _days(shops, days, sales)


def edges(rng: Random) -> list[Args]:
    return [
        _days([], [], []),
        _days(["a", "b"], [1, 2], [NAN, NAN]),
        _days(["b", "a", "a", "b"], [2, 9, 3, 1], numbers(rng, 4)),
        _days(["a", "a", "a"], [4, 4, 4], [1.0, float(rng.randint(2, 9)), NAN]),
        _days(["a"] * 6, [5, 1, 4, 2, 6, 3], numbers(rng, 6)),
        _days(["a", "b"] * 4, [1, 1, 2, 2, 3, 3, 40, 40], numbers(rng, 8)),
    ]


def oracle(df: pd.DataFrame) -> object:
    latest = {}
    for shop, day, sales in df.itertuples(index=False):
        if not np.isnan(sales):
            latest[shop, day] = sales
    rows = []
    for shop, day in sorted(latest):
        own = [latest[key] for key in sorted(latest) if key[0] == shop and key[1] <= day]
        rows.append((shop, day, float(np.mean(own[-3:]))))
    return pd.DataFrame(
        {
            "shop": pd.Series([row[0] for row in rows], dtype=object),
            "day": pd.Series([row[1] for row in rows], dtype="int64"),
            "mean": pd.Series([row[2] for row in rows], dtype=float),
        }
    )
