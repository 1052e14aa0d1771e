"""Return the orders with a known and positive price."""

import math
from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def keep(rows: list[dict[str, float | None]]) -> list[dict[str, float | None]]:
    """Return the orders with a known and positive price."""
    kept = []
    for order in rows:
        price = order["price"]
        if price is not None and price > 0:
            kept.append(order)
    return kept


def keep_level_2(rows: list[dict[str, float | None]]) -> list[dict[str, float | None]]:
    """Return the orders with a known and positive price."""
    kept = []
    for order in rows:
        price = order["price"]
        if price is not None and 0 < price <= 1000:
            kept.append(order)
    return kept


def ordinary(rng: Random, size: int) -> Args:
    rows: list[dict[str, float | None]] = []
    for place in range(max(3, size - 1)):
        price = rng.choice([None, 0.0, -1.5, 2.0, 4.5, round(rng.uniform(0.1, 20.0), 2)])
        rows.append({"order": float(place + 1), "price": price})
    return (rows,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([{"order": 1.0, "price": None}],),
        ([{"order": 1.0, "price": 0.0}, {"order": 2.0, "price": 0.01}],),
        ([{"order": 7.0, "price": -float(rng.randint(1, 9))}],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([{"order": 1.0, "price": math.nan}, {"order": 2.0, "price": 5.0}],),
        ([{"order": 1.0, "price": 1000.0}, {"order": 2.0, "price": 1000.01}],),
        ([{"order": 3.0, "price": 5000.0}, {"order": 4.0, "price": rng.uniform(1, 9)}],),
    ]


def oracle(orders: list[dict[str, float | None]]) -> object:
    if not orders:
        return []
    prices = pd.to_numeric(pd.Series([order["price"] for order in orders], dtype=object))
    return [orders[place] for place in prices[(prices > 0) & (prices <= 1000)].index]
