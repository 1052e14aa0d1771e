"""Return product, unit-weighted mean price and units, most units first."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import PRODUCTS, Args


def mean_prices(sales: list[tuple[str, float | None, int]]) -> list[object]:
    """Return product, unit-weighted mean price and units, most units first."""
    units: dict[str, int] = {}
    money: dict[str, float] = {}
    for name, price, count in sales:
        if price is not None and count > 0:
            units[name] = units.get(name, 0) + count
            money[name] = money.get(name, 0.0) + price * count
    names = sorted(units, key=lambda name: (-units[name], name))
    return [(name, money[name] / units[name], units[name]) for name in names]


Sale = tuple[str, float | None, int]


def ordinary(rng: Random, size: int) -> Args:
    """Sales; few of them without a price or with no units sold."""
    rows: list[Sale] = []
    for _ in range(size):
        price = None if rng.random() < 0.1 else round(rng.uniform(1.0, 30.0), 2)
        units = rng.randint(-3, 0) if rng.random() < 0.1 else rng.randint(1, 40)
        rows.append((rng.choice(PRODUCTS), price, units))
    return (rows,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("rice", None, rng.randint(1, 9)), ("milk", 3.0, 0)],),
        ([("rice", 2.5, 4), ("milk", 3.5, 1), ("apple", 9.0, rng.randint(1, 9))],),
        ([("milk", 1.0, 3), ("bread", round(rng.uniform(2.0, 9.0), 2), 3)],),
        ([("milk", 1.0, 9), ("milk", 9.0, -9), ("milk", 2.0, rng.randint(1, 8))],),
        ([("rice", 0.0, 2), ("rice", 5.0, rng.randint(1, 9))],),
    ]


def oracle(sales: list[Sale]) -> object:
    if not sales:
        return []
    table = pd.DataFrame(sales, columns=["product", "price", "units"])
    table = table[table["price"].notna() & (table["units"] > 0)]
    answer = []
    for product, own in table.groupby("product"):
        mean = float(np.average(own["price"].astype(float), weights=own["units"]))
        answer.append((str(product), mean, int(own["units"].sum())))
    return sorted(answer, key=lambda entry: (-entry[2], entry[0]))
