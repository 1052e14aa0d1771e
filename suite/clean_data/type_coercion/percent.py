"""Return percentages given as text as fractions."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def to_fractions(texts: list[str]) -> list[float]:
    """Return percentages given as text as fractions."""
    return [float(entry.rstrip("%")) / 100.0 for entry in texts]


def to_fractions_level_2(texts: list[str]) -> list[float | None]:
    """Return percentages given as text as fractions."""
    fractions: list[float | None] = []
    for entry in texts:
        number = entry.strip()
        if number.endswith("%"):
            fractions.append(float(number[:-1]) / 100.0)
        else:
            fractions.append(float(number) if number else None)
    return fractions


def ordinary(rng: Random, size: int) -> Args:
    return ([f"{value}%" for value in numbers(rng, size, -40.0, 160.0)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["0%", "100%"],),
        ([f"-{rng.randint(1, 99)}%", "250%"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([f"{rng.randint(1, 9)}", "0.25", "25%"],),
        ([" 40 % ", "7 %", " 0.5"],),
        (["", "   ", f"{rng.randint(1, 99)}%"],),
    ]


def oracle(texts: list[str]) -> object:
    entries = pd.Series(texts, dtype=object).str.strip()
    if entries.eq("").any():
        return NotImplemented
    values = pd.to_numeric(entries.str.rstrip("%")).astype(float)
    signed = entries.str.endswith("%").astype(bool)
    return [float(v) for v in values.where(~signed, values / 100.0)]


def mistake_drops_gaps_level_2(texts: list[str]) -> list[float | None]:
    return [float(t.strip().rstrip("%")) / 100 for t in texts if t.strip()]
