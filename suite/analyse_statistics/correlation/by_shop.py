"""Return the correlation of price and units in each shop."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers

from ._shared import NAN


def by_shop(df: pd.DataFrame) -> dict[str, float]:
    """Return the correlation of price and units in each shop."""
    result = {}
    for shop, own in df.dropna().groupby("shop"):
        price, units = own["price"], own["units"]
        varied = min(price.nunique(), units.nunique()) > 1
        if len(own) >= 3 and varied:
            result[str(shop)] = float(price.corr(units))
    return result


def _shop_table(shops: list[str], x: list[float], y: list[float]) -> Args:
    table = {
        "shop": pd.Series(shops, dtype=object),
        "price": pd.Series(x, dtype=float),
        "units": pd.Series(y, dtype=float),
    }
    return (pd.DataFrame(table),)


def ordinary(rng: Random, size: int) -> Args:
    """Prices and units by shop, with a few gaps, repeated rows and small shops."""
    names = ["north", "south", "east", "west", "são"][: 2 + min(size // 20, 3)]
    shops = [rng.choice(names) for _ in range(size)]
    x = [float(rng.randint(1, 40)) for _ in range(size)]
    y = [round(90.0 - 2.0 * value + rng.gauss(0.0, 20.0), 1) for value in x]
    for column in (x, y):
        for place in rng.sample(range(size), size // 10):
            column[place] = NAN
    return _shop_table([*shops, "port", "port"], [*x, 3.0, 4.0], [*y, 8.0, 5.0])


def edges(rng: Random) -> list[Args]:
    return [
        _shop_table([], [], []),
        _shop_table(["a"] * 3, [2.0, 2.0, 2.0], numbers(rng, 3)),
        _shop_table(["a"] * 3 + ["b"] * 3, [1.0, 2.0, 4.0] * 2, [*numbers(rng, 3), 5.0, 5.0, 5.0]),
        _shop_table(["a"] * 3, [1.0, 2.0, NAN], [4.0, float(rng.randint(5, 9)), 6.0]),
        _shop_table(["b", "a"] * 4, [1.0, 2.0, 3.0, 5.0, NAN, 4.0, 4.0, 9.0], numbers(rng, 8)),
        _shop_table(["a", "a", "a", "b"], [1.0, 4.0, 4.0, 1.0], [2.0, 2.0, 3.0, NAN]),
    ]


def oracle(df: pd.DataFrame) -> object:
    answer = {}
    for shop in sorted(set(df["shop"])):
        own = df.loc[df["shop"] == shop, ["price", "units"]].to_numpy()
        own = own[~np.isnan(own).any(axis=1)]
        if len(own) >= 3 and len(set(own[:, 0])) > 1 and len(set(own[:, 1])) > 1:
            answer[shop] = float(np.corrcoef(own[:, 0], own[:, 1])[0, 1])
    return answer
