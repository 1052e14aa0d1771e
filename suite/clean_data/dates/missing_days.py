"""Return the stretches of days without an entry."""

from datetime import date, datetime, timedelta
from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def missing(entries: list[str]) -> list[tuple[str, str]]:
    """Return the stretches of days without an entry."""
    known: set[date] = set()
    for entry in entries:
        for form in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                known.add(datetime.strptime(entry.strip(), form).date())
            except ValueError:
                continue
    days = sorted(known)
    one = timedelta(days=1)
    return [
        ((left + one).isoformat(), (right - one).isoformat())
        for left, right in zip(days, days[1:])
        if right - left > one
    ]


def ordinary(rng: Random, size: int) -> Args:
    first = date(2024, 1, 1) + timedelta(days=rng.randrange(300))
    entries = []
    for _ in range(size):
        day = first + timedelta(days=rng.randrange(max(6, 2 * size)))
        entries.append(day.strftime(rng.choice(["%Y-%m-%d", "%d/%m/%Y", " %Y-%m-%d "])))
    entries[rng.randrange(1, size)] = rng.choice(["", "2024-02-30", "31/06/2024", "unknown"])
    return (entries,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["", "soon", "30/02/2024"],),
        (["2024-02-28", "01/03/2024"],),
        (["2023-12-30", "2024-01-02", "02/01/2024", " 2024-01-05"],),
        ([f"0{rng.randint(1, 9)}/02/2024", "2024-02-10", "2024-02-10"],),
        (["04/03/2024", "2024-03-06", "2024-03-07", "03/04/2024"],),
    ]


def _parsed(entries: list[str]) -> "pd.Series[pd.Timestamp]":
    column = pd.Series(entries, dtype=object).str.strip()
    iso = pd.to_datetime(column, format="%Y-%m-%d", errors="coerce")
    return iso.fillna(pd.to_datetime(column, format="%d/%m/%Y", errors="coerce")).dropna()


def oracle(entries: list[str]) -> object:
    known = _parsed(entries)
    if known.empty:
        return []
    absent = pd.date_range(known.min(), known.max()).difference(pd.DatetimeIndex(known))
    days = pd.Series(absent)
    stretch = (days.diff() != pd.Timedelta(days=1)).cumsum()
    ends = days.groupby(stretch).agg(["min", "max"])
    return [(str(a.date()), str(b.date())) for a, b in zip(ends["min"], ends["max"], strict=True)]
