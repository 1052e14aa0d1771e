"""Return all orders with the city of their customer."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import CITIES, cities_by_name, customers_of, no_shop, orders_of, shop


def add_city(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Return all orders with the city of their customer."""
    merged = orders.merge(customers, on="customer", how="left")
    merged["city"] = merged["city"].fillna("unknown")
    return merged


def add_city_level_2(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Return all orders with the city of their customer."""
    first = customers.drop_duplicates("customer")
    merged = orders.merge(first, on="customer", how="left")
    merged["city"] = merged["city"].fillna("unknown")
    return merged


ordinary = shop
edges = no_shop


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (orders_of(["ana", "bia"]), customers_of(["ana", "ana"], ["Porto", "Recife"])),
        (orders_of(["bia", "bia"]), customers_of(["bia"] * 3, rng.sample(CITIES, 3))),
        (orders_of(["eva"]), customers_of(["ana", "eva", "eva"], rng.sample(CITIES, 3))),
    ]


def oracle(orders: pd.DataFrame, customers: pd.DataFrame) -> object:
    cities = [city or "unknown" for city in cities_by_name(orders, customers)]
    return orders.assign(city=pd.Series(cities, dtype="str"))


def mistake_fills_every_gap_level_2(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    return orders.merge(customers, how="left").fillna({"city": "unknown"})
