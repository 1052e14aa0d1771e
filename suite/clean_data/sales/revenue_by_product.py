"""Return the revenue of each product."""

from random import Random

import pandas as pd

from parelha.tasks.draws import PRODUCTS, Args

from ._shared import example_size


def revenue(sales: list[tuple[str, float, float]]) -> dict[str, float]:
    """Return the revenue of each product."""
    totals: dict[str, float] = {}
    for product, units, price in sales:
        totals[product] = totals.get(product, 0.0) + units * price
    return totals


def revenue_level_2(sales: list[tuple[str, float, float]]) -> dict[str, float]:
    """Return the revenue of each product."""
    totals: dict[str, float] = {}
    for product, units, price in sales:
        if units > 0:
            totals[product] = totals.get(product, 0.0) + units * price
    return totals


def ordinary(rng: Random, size: int) -> Args:
    rows = [
        (rng.choice(PRODUCTS[:4]), float(rng.randint(1, 9)), round(rng.uniform(1.0, 30.0), 2))
        for _ in range(example_size(size))
    ]
    return (rows,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("tea", 2.0, round(rng.uniform(1.0, 9.0), 2))],),
        ([("tea", 1.0, 2.5), ("tea", 3.0, 2.0), ("tea", 2.0, 2.5)],),
        ([("tea", 1.0, 0.0), ("milk", float(rng.randint(1, 9)), 4.0)],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([("tea", 0.0, 2.5)],),
        ([("tea", -2.0, 2.5), ("milk", 1.0, round(rng.uniform(1.0, 9.0), 2))],),
        ([("tea", 0.5, 4.0), ("tea", -1.0, 4.0), ("tea", 0.0, 4.0)],),
    ]


def oracle(rows: list[tuple[str, float, float]]) -> object:
    frame = pd.DataFrame(rows, columns=["product", "units", "price"])
    frame = frame[frame["units"] > 0]
    frame["revenue"] = frame["units"].astype(float) * frame["price"].astype(float)
    return {str(k): float(v) for k, v in frame.groupby("product")["revenue"].sum().items()}


def mistake_keeps_the_last_sale(sales: list[tuple[str, float, float]]) -> dict[str, float]:
    return {p: u * c for p, u, c in sales}
