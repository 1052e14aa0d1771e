"""Return the day on which each invoice is due, at the end of its month."""

from calendar import monthrange
from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import draw_days


def due(invoices: list[str]) -> list[str]:
    """Return the day on which each invoice is due, at the end of its month."""
    ends = []
    for day in invoices:
        year, month = int(day[:4]), int(day[5:7])
        ends.append(f"{day[:8]}{monthrange(year, month)[1]}")
    return ends


def due_level_2(invoices: list[str | None]) -> list[str | None]:
    """Return the day on which each invoice is due, at the end of its month."""
    ends: list[str | None] = []
    for day in invoices:
        if day is None:
            ends.append(None)
            continue
        year, month = int(day[:4]), int(day[5:7])
        ends.append(f"{day[:7]}-{monthrange(year, month)[1]}")
    return ends


ordinary = draw_days


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["2024-02-10", "2023-02-10", "2000-02-29"],),
        (["2024-04-30", "2024-12-31"],),
        ([f"2024-12-0{rng.randint(1, 9)}", "2100-02-01"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["2024-02", "2023-02", f"2024-0{rng.randint(3, 9)}"],),
        ([None, "2024-11", "2024-11-05"],),
        ([None, None, f"2025-0{rng.randint(1, 9)}-01"],),
    ]


def oracle(invoices: list[str | None]) -> object:
    ends = [None if day is None else pd.Timestamp(day) for day in invoices]
    months = [None if end is None else end + pd.offsets.MonthEnd(0) for end in ends]
    return [None if month is None else month.strftime("%Y-%m-%d") for month in months]
