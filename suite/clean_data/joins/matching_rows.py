"""Return the orders of known customers with their cities."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import NAMES, cities_by_name, customers_of, no_shop, orders_of, shop


def match(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the orders of known customers with their cities."""
    return orders.merge(customers, on="customer", how="inner")


def match_level_2(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the orders of known customers with their cities."""
    frames = []
    for frame in (orders, customers):
        key = frame["customer"].str.strip().str.lower()
        frames.append(frame.assign(customer=key))
    return frames[0].merge(frames[1], on="customer", how="inner")


ordinary = shop
edges = no_shop


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (orders_of(["Ana", " ana", "BIA "]), customers_of(["ana", "Bia"], ["Porto", "Recife"])),
        (orders_of(["ana", "bia"]), customers_of([" ANA", "Caio "], ["Porto", "Santos"])),
        (orders_of([rng.choice(NAMES).upper()]), customers_of(list(NAMES), ["Porto"] * 6)),
    ]


def oracle(orders: pd.DataFrame, customers: pd.DataFrame) -> object:
    if customers["customer"].duplicated().any():
        return NotImplemented
    folded = orders.assign(customer=[str(name).strip().lower() for name in orders["customer"]])
    plain = customers.assign(customer=[str(n).strip().lower() for n in customers["customer"]])
    cities = pd.Series(cities_by_name(folded, plain), dtype="str")
    rows = folded.assign(customer=folded["customer"].astype("str"), city=cities)
    return rows[rows["city"].notna()]


def mistake_outer_join(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    return orders.merge(customers, how="outer")
