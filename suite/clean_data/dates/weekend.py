"""Return the dates that fall on a weekend."""

from datetime import date, datetime
from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import draw_days


def on_weekend(dates: list[str]) -> list[str]:
    """Return the dates that fall on a weekend."""
    return [d for d in dates if date.fromisoformat(d).weekday() >= 5]


def on_weekend_level_2(dates: list[str]) -> list[str]:
    """Return the dates that fall on a weekend."""
    kept = []
    for entry in dates:
        try:
            day = datetime.strptime(entry, "%Y-%m-%d")
        except ValueError:
            continue
        if day.weekday() >= 5:
            kept.append(entry)
    return kept


ordinary = draw_days


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["2024-03-08", "2024-03-09", "2024-03-10", "2024-03-11"],),
        ([f"2024-01-0{rng.randint(1, 5)}", "2024-01-07"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["", "2024-02-30", "2024-03-02"],),
        (["09/03/2024", "2024-03-09", f"soon {rng.randint(1, 9)}"],),
        (["2023-02-29", "2025-03-01", "None"],),
    ]


def oracle(dates: list[str]) -> object:
    parsed = pd.to_datetime(pd.Series(dates, dtype=object), format="%Y-%m-%d", errors="coerce")
    kept = parsed[parsed.dt.day_of_week >= 5]
    return [when.strftime("%Y-%m-%d") for when in kept]


def mistake_friday_too(dates: list[str]) -> list[str]:
    return [d for d in dates if date.fromisoformat(d).isoweekday() >= 5]
