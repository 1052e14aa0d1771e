"""Return the first visit of each customer."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def first(visits: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the first visit of each customer."""
    seen: set[str] = set()
    kept = []
    for customer, amount in visits:
        if customer not in seen:
            seen.add(customer)
            kept.append((customer, amount))
    return kept


def first_level_2(visits: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the first visit of each customer."""
    seen: set[str] = set()
    kept = []
    for customer, amount in visits:
        if customer.lower() not in seen:
            seen.add(customer.lower())
            kept.append((customer, amount))
    return kept


def ordinary(rng: Random, size: int) -> Args:
    names = ["Ana", "Bia", "Caio", "Davi", "Zoë"]
    return ([(rng.choice(names), round(rng.uniform(5.0, 90.0), 1)) for _ in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("Ana", 1.0), ("Ana", 1.0), ("Ana", round(rng.uniform(2.0, 9.0), 1))],),
        ([("Bia", 0.0), ("Ana", 5.0), ("Bia", 3.0), ("Caio", 0.0)],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([("ANA", 4.0), ("Ana", 5.0), ("ana", round(rng.uniform(2.0, 9.0), 1))],),
        ([("zoË", 1.0), ("bia", 2.0), ("ZOË", 3.0)],),
    ]


def oracle(visits: list[tuple[str, float]]) -> object:
    # At level 1 names never differ in case alone, so that one oracle serves both levels.
    frame = pd.DataFrame(visits, columns=["customer", "amount"])
    customers = frame["customer"].astype(str).str.lower()
    return [visits[int(place)] for place in customers.drop_duplicates().index]


def mistake_keeps_the_last_visit(visits: list[tuple[str, float]]) -> list[tuple[str, float]]:
    return list(dict(visits).items())
