"""Return dates written day first as ISO dates."""

from datetime import date
from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import draw_day


def to_iso(dates: list[str]) -> list[str]:
    """Return dates written day first as ISO dates."""
    return ["-".join(entry.split("/")[::-1]) for entry in dates]


def to_iso_level_2(dates: list[str]) -> list[str | None]:
    """Return dates written day first as ISO dates."""
    iso: list[str | None] = []
    for entry in dates:
        parts = entry.replace("-", "/").replace(".", "/").split("/")
        day, month, year = map(int, parts)
        try:
            iso.append(date(year, month, day).isoformat())
        except ValueError:
            iso.append(None)
    return iso


def ordinary(rng: Random, size: int) -> Args:
    return ([draw_day(rng).strftime("%d/%m/%Y") for _ in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["29/02/2024", "01/12/1999"],),
        ([f"01/02/20{rng.randint(10, 23)}", "02/01/2020"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["1/2/2024", "9-11-2023", "05.6.2022"],),
        (["31/04/2024", "30/04/2024", "00/01/2024"],),
        (["29/02/2023", "29.02.2024", f"{rng.randint(1, 12)}/13/2024"],),
    ]


def oracle(dates: list[str]) -> object:
    column = pd.Series(dates, dtype=object).str.replace(r"[.-]", "/", regex=True)
    parsed = pd.to_datetime(column, format="%d/%m/%Y", errors="coerce")
    return [None if pd.isna(when) else when.strftime("%Y-%m-%d") for when in parsed]


def mistake_month_first(dates: list[str]) -> list[str]:
    return [f"{d[6:]}-{d[:2]}-{d[3:5]}" for d in dates]
