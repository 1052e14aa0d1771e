"""Return the entries, written with a decimal comma, as floats."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def parse(entries: list[str]) -> list[float]:
    """Return the entries, written with a decimal comma, as floats."""
    return [float(entry.replace(",", ".")) for entry in entries]


def parse_level_2(entries: list[str]) -> list[float]:
    """Return the entries, written with a decimal comma, as floats."""
    values = []
    for entry in entries:
        number = entry.replace(".", "").replace(",", ".")
        behind = number.endswith("-")
        value = float(number.rstrip("-"))
        values.append(-value if behind else value)
    return values


def ordinary(rng: Random, size: int) -> Args:
    return ([f"{value:.2f}".replace(".", ",") for value in numbers(rng, size, -90.0, 900.0)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["0,00", "12"],),
        ([f"-{rng.randint(1, 9)},5", "1000,25"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["1.250,00", f"{rng.randint(1, 9)}.000.000,5"],),
        (["5,00-", "-5,00", "5,00"],),
        (["2.500-", "0,10-"],),
    ]


def oracle(entries: list[str]) -> object:
    column = pd.Series(entries, dtype=object)
    signs = column.str.endswith("-").map({True: -1.0, False: 1.0})
    plain = column.str.rstrip("-").str.replace(".", "", regex=False)
    parsed = plain.str.replace(",", ".", regex=False).astype(float) * signs
    return [float(value) for value in parsed]
