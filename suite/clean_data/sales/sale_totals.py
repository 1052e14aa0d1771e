"""Return the total of each sale; unknown units count as one."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import example_size


def sale_totals(sales: list[dict[str, float | None]]) -> list[float]:
    """Return the total of each sale; unknown units count as one."""
    totals = []
    for sale in sales:
        units = sale["units"] if sale["units"] is not None else 1.0
        totals.append(units * (sale["price"] or 0.0))
    return totals


def sale_totals_level_2(sales: list[dict[str, float | None]]) -> list[float]:
    """Return the total of each sale; unknown units count as one."""
    totals = []
    for sale in sales:
        units, price = sale["units"], sale["price"]
        if price is not None:
            totals.append((1.0 if units is None else units) * price)
    return totals


def ordinary(rng: Random, size: int) -> Args:
    rows: list[dict[str, float | None]] = []
    for _ in range(example_size(size)):
        units = rng.choice([None, float(rng.randint(1, 9)), float(rng.randint(1, 9))])
        rows.append({"units": units, "price": round(rng.uniform(1.0, 30.0), 2)})
    return (rows,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([{"units": None, "price": 3.5}],),
        ([{"units": 0.0, "price": 9.0}, {"units": 2.0, "price": 0.0}],),
        ([{"units": float(rng.randint(1, 9)), "price": 2.0}] * 2,),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([{"units": 2.0, "price": None}],),
        ([{"units": None, "price": None}, {"units": None, "price": 4.0}],),
        ([{"units": 3.0, "price": 0.0}, {"units": 1.0, "price": rng.uniform(1.0, 9.0)}],),
    ]


def oracle(rows: list[dict[str, float | None]]) -> object:
    frame = pd.DataFrame(rows, columns=["units", "price"], dtype=float)
    frame["units"] = frame["units"].fillna(1.0)
    return [float(total) for total in (frame["units"] * frame["price"]).dropna()]


def mistake_zero_units_are_one(sales: Any) -> Any:
    return [(s["units"] or 1.0) * s["price"] for s in sales]
