"""Return the least-squares slope of every shop."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers


def slopes(df: pd.DataFrame) -> pd.Series:
    """Return the least-squares slope of every shop."""
    known = df.dropna(subset=["price", "units"])
    groups = known.groupby("shop")
    known = known[groups["price"].transform("nunique") > 1]
    shop = known["shop"]
    price = known["price"]
    x = price - price.groupby(shop).transform("mean")
    top = (x * known["units"]).groupby(shop).sum()
    return (top / (x * x).groupby(shop).sum()).rename("slope").astype(float)


def ordinary(rng: Random, size: int) -> Args:
    num_shops = max(2, min(size // 10, 30))
    slopes = [rng.uniform(-2.0, 5.0) for _ in range(num_shops)]
    rows = []
    for _ in range(size):
        shop = rng.randint(0, num_shops - 1)
        price = round(rng.uniform(1.0, 9.0), 1)
        units = round(50.0 - slopes[shop] * price + rng.gauss(0.0, 2.0), 1)
        rows.append((f"shop {shop}", price, math.nan if rng.random() < 0.03 else units))
    return (pd.DataFrame(rows, columns=["shop", "price", "units"]),)


def edges(rng: Random) -> list[Args]:
    def frame(shops: str, price: list[float], units: list[float]) -> Args:
        numeric = {"price": price, "units": units}
        table = pd.DataFrame(numeric, dtype="float64")
        table.insert(0, "shop", pd.Series(list(shops), dtype=object))
        return (table,)

    gap = math.nan
    some = numbers(rng, 5)
    return [
        frame("", [], []),
        frame("aab", [1.0, 2.0, 3.0], some[:3]),
        frame("bbaa", [2.0, 2.0, 1.0, 4.0], some[:4]),
        frame("aabb", [1.0, gap, 1.0, 2.0], some[:4]),
        frame("ababa", [1.0, 5.0, 3.0, 6.0, 4.0], [*some[:4], gap]),
    ]


def oracle(df: pd.DataFrame) -> object:
    result = {}
    for shop, own in df.dropna().groupby("shop"):
        if own["price"].nunique() > 1:
            covariance = np.cov(own["price"], own["units"])
            result[shop] = float(covariance[0, 1] / covariance[0, 0])
    if not result:
        return pd.Series([], dtype="float64", index=pd.Index([], name="shop"), name="slope")
    return pd.Series(result, name="slope").rename_axis("shop").sort_index()
