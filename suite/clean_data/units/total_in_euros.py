"""Return the sum of payments in several currencies, in euros."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def total(payments: list[tuple[float, str]], rates: dict[str, float]) -> float:
    """Return the sum of payments in several currencies, in euros."""
    return sum((a * rates[currency] for a, currency in payments), 0.0)


def total_level_2(payments: list[tuple[float, str]], rates: dict[str, float]) -> float:
    """Return the sum of payments in several currencies, in euros."""
    euros = 0.0
    for amount, currency in payments:
        euros += amount * max(rates.get(currency, 0.0), 0.0)
    return euros


def ordinary(rng: Random, size: int) -> Args:
    rates = {"EUR": 1.0, "USD": round(rng.uniform(0.8, 1.1), 4), "BRL": round(rng.random(), 4)}
    return [(a, rng.choice(list(rates))) for a in numbers(rng, size, 1.0, 500.0, 2)], rates


def edges(rng: Random) -> list[Args]:
    return [
        ([], {"EUR": 1.0}),
        ([(100.0, "USD"), (100.0, "EUR")], {"EUR": 1.0, "USD": round(rng.random(), 4)}),
        ([(-20.0, "EUR"), (5.0, "BRL")], {"EUR": 1.0, "BRL": 0.2}),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([(9.0, "XXX"), (numbers(rng, 1)[0], "EUR")], {"EUR": 1.0}),
        ([(4.0, "usd"), (3.0, "USD")], {"USD": round(rng.uniform(0.5, 1.0), 4)}),
        ([(5.0, "A"), (6.0, "B"), (7.0, "C")], {"A": 0.0, "B": 0.0, "C": rng.random()}),
    ]


def oracle(payments: list[tuple[float, str]], rates: dict[str, float]) -> object:
    frame = pd.DataFrame(payments, columns=["amount", "currency"])
    factors = frame["currency"].map(pd.Series(rates, dtype=float))
    return float((frame["amount"].astype(float) * factors.astype(float)).fillna(0.0).sum())


def mistake_divides(payments: list[tuple[float, str]], rates: dict[str, float]) -> float:
    return sum(a / rates[c] for a, c in payments)
