"""Return the orders of customers who are not listed."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import NAMES, customers_of, no_shop, orders_of, shop


def unmatched(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the orders of customers who are not listed."""
    found = orders["customer"].isin(customers["customer"])
    return orders[~found]


def unmatched_level_2(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the orders of customers who are not listed."""
    known = customers["customer"].dropna()
    return orders[~orders["customer"].isin(known)]


ordinary = shop
edges = no_shop


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (orders_of(["ana", None, "bia"]), customers_of(["ana", None], ["Porto"] * 2)),
        (orders_of([None, None]), customers_of([None], ["Recife"])),
        (orders_of([None, rng.choice(NAMES)]), customers_of(["ana"], ["Porto"])),
    ]


def oracle(orders: pd.DataFrame, customers: pd.DataFrame) -> object:
    known = {name for name in customers["customer"] if isinstance(name, str)}
    unknown = [name not in known for name in orders["customer"]]
    return orders[pd.Series(unknown, dtype=bool)]


def mistake_drops_the_unknown_level_2(
    orders: pd.DataFrame, customers: pd.DataFrame
) -> pd.DataFrame:
    return orders[~orders["customer"].isin(customers["customer"])]
