"""Return the revenue of each product by the price of the day."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args, numbers


def revenue(sales: pd.DataFrame, prices: pd.DataFrame) -> dict[str, float]:
    """Return the revenue of each product by the price of the day."""
    left, right = sales.sort_values("day"), prices.sort_values("day")
    joined = pd.merge_asof(left, right, on="day", by="product")
    joined = joined.dropna(subset=["price"])
    worth = joined["units"] * joined["price"]
    totals = worth.groupby(joined["product"]).sum()
    return {str(name): float(total) for name, total in totals.items()}


_DAY = pd.Timestamp("2024-01-01")


def _dated(products: list[str], days: list[int], name: str, values: list[float]) -> pd.DataFrame:
    when = pd.Series([_DAY + pd.Timedelta(days=day) for day in days], dtype="datetime64[ns]")
    product = pd.Series(products, dtype="str")
    return pd.DataFrame({"product": product, "day": when, name: pd.Series(values, dtype="float64")})


def ordinary(rng: Random, size: int) -> Args:
    products = [f"p{number}" for number in range(max(2, size // 40))]
    num_prices = max(3, size // 5)
    places = rng.sample([(p, d) for p in products for d in range(0, 1000, 2)], num_prices)
    prices = _dated(
        [p for p, _ in places],
        [d for _, d in places],
        "price",
        numbers(rng, num_prices, 1.0, 30.0, 2),
    )
    days = [rng.randrange(1000) for _ in range(size)]
    units = [float(rng.randint(1, 9)) for _ in range(size)]
    return _dated(rng.choices([*products, "px"], k=size), days, "units", units), prices


def edges(rng: Random) -> list[Args]:
    return [
        (_dated([], [], "units", []), _dated(["a"], [1], "price", [2.0])),
        (_dated(["a", "a"], [3, 2], "units", [1.0, 5.0]), _dated([], [], "price", [])),
        (
            _dated(["a"] * 3, [4, 5, 6], "units", [1.0, 10.0, 100.0]),
            _dated(["a", "a"], [6, 5], "price", numbers(rng, 2, 1.0)),
        ),
        (
            _dated(["a", "b"], [9, 9], "units", [1.0, 2.0]),
            _dated(["b", "a"], [10, 9], "price", numbers(rng, 2, 1.0)),
        ),
        (
            _dated(["b", "a"], [9, 8], "units", [3.0, 2.0]),
            _dated(["b", "a"], [1, 2], "price", [0.0, float(rng.randint(1, 9))]),
        ),
    ]


def oracle(sales: pd.DataFrame, prices: pd.DataFrame) -> object:
    lists: dict[str, list[Any]] = {}
    for product, day, price in prices.sort_values("day").itertuples(index=False):
        lists.setdefault(str(product), []).append((day, price))
    totals: dict[str, float] = {}
    for product, day, units in sales.itertuples(index=False):
        valid = [price for start, price in lists.get(str(product), []) if start <= day]
        if valid:
            totals[str(product)] = totals.get(str(product), 0.0) + units * valid[-1]
    return totals
