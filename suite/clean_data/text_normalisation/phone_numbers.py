"""Return the phone numbers without separators."""

import re
from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def digits(phones: list[str]) -> list[str]:
    """Return the phone numbers without separators."""
    return ["".join(c for c in p if c in "0123456789") for p in phones]


def digits_level_2(phones: list[str]) -> list[str | None]:
    """Return the phone numbers without separators."""
    result: list[str | None] = []
    for phone in phones:
        number = re.sub("^00", "+", phone.strip())
        only = re.sub("[^0-9]", "", number)
        sign = "+" if number.startswith("+") else ""
        result.append(sign + only if len(only) >= 7 else None)
    return result


def ordinary(rng: Random, size: int) -> Args:
    phones = []
    for _ in range(size):
        digits = [f"{rng.randint(100, 999)}" for _ in range(3)]
        phones.append(
            rng.choice(["{} {} {}", "({}) {}-{}", "{}.{}.{}", "{}/{} {}"]).format(*digits)
        )
    return (phones,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([f"{rng.randint(1000000, 9999999)}", "(21) 3456-7890"],),
        (["12 34 56 78", "0800-123-456"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([f"+55 11 {rng.randint(1000, 9999)}-0000", "0055 (11) 98888-7777"],),
        (["123-456", "123-4567", "00 123 456", "00 1234567"],),
        (["", "n/a", " +351 210 000 000", "  00351 210 000 000", "+12 34"],),
    ]


def oracle(phones: list[str]) -> object:
    column = pd.Series(phones, dtype=object).str.replace(r"^\s*00", "+", regex=True)
    digits = column.str.replace(r"\D", "", regex=True)
    full = ("+" + digits).where(column.str.strip().str.startswith("+").astype(bool), digits)
    return [p if len(d) >= 7 else None for p, d in zip(full, digits, strict=True)]


def mistake_keeps_brackets(phones: list[str]) -> list[str]:
    return [p.replace("-", "").replace(" ", "") for p in phones]
