"""Joins of DataFrames whose keys do not match by themselves: by customer, by code, by time."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args

NAMES = ("ana", "bia", "caio", "davi", "eva", "zoë")
CITIES = ("Porto", "Lisboa", "Recife", "Santos")


def orders_of(customers: Sequence[Any]) -> pd.DataFrame:
    orders = pd.Series(range(1, len(customers) + 1), dtype="int64")
    return pd.DataFrame({"order": orders, "customer": pd.Series(customers, dtype="str")})


def customers_of(names: Sequence[Any], cities: list[str]) -> pd.DataFrame:
    columns = {"customer": pd.Series(names, dtype="str"), "city": pd.Series(cities, dtype="str")}
    return pd.DataFrame(columns)


def shop(rng: Random, size: int) -> Args:
    known = rng.sample(NAMES, rng.randint(3, 5))
    cities = rng.choices(CITIES, k=len(known))
    return orders_of(rng.choices(NAMES, k=size)), customers_of(known, cities)


def no_shop(rng: Random) -> list[Args]:
    names = rng.sample(NAMES, 3)
    return [
        (orders_of([]), customers_of(names, ["Porto"] * 3)),
        (orders_of([*names, names[0]]), customers_of([], [])),
        (orders_of([*names]), customers_of(names[::-1], ["Porto", "Recife", "Santos"])),
    ]


def cities_by_name(orders: pd.DataFrame, customers: pd.DataFrame) -> "list[Any]":
    """Return the city of each order by plain dictionaries, None where there is none."""
    city = dict(zip(customers["customer"][::-1], customers["city"][::-1], strict=True))
    return [city.get(name) for name in orders["customer"]]


def ledger_of(ids: list[str], amounts: list[float]) -> pd.DataFrame:
    columns = {"id": pd.Series(ids, dtype="str"), "amount": pd.Series(amounts, dtype="float64")}
    return pd.DataFrame(columns)
