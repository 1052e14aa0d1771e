"""Return the number of orders of each month in UTC, zeros too."""

from collections import Counter
from datetime import datetime, timezone
from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import stamped


def by_month(stamps: list[str]) -> list[tuple[str, int]]:
    """Return the number of orders of each month in UTC, zeros too."""
    counts: Counter[int] = Counter()
    for stamp in stamps:
        moment = datetime.fromisoformat(stamp)
        moment = moment.astimezone(timezone.utc)
        counts[moment.year * 12 + moment.month - 1] += 1
    if not counts:
        return []
    return [
        (f"{number // 12}-{number % 12 + 1:02d}", counts[number])
        for number in range(min(counts), max(counts) + 1)
    ]


def ordinary(rng: Random, size: int) -> Args:
    return (stamped(rng, size, size * 60 * 24 * 6),)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["2024-01-31T23:30-03:00"],),
        (["2024-01-01T00:30+02:00", "2024-01-01T00:30Z"],),
        (["2023-11-05T10:00+00:00", "2024-02-01T05:29+05:30"],),
        ([f"2024-12-3{rng.randint(0, 1)}T21:00-03:00", "2024-10-01T00:00Z"],),
        (["2024-05-10T10:00Z"] * rng.randint(2, 5),),
    ]


def oracle(stamps: list[str]) -> object:
    if not stamps:
        return []
    moments = pd.DatetimeIndex(
        [pd.Timestamp(s).tz_convert("UTC").tz_localize(None) for s in stamps]
    )
    periods = moments.to_period("M")
    counts = pd.Series(periods).value_counts()
    every = pd.period_range(periods.min(), periods.max(), freq="M")
    return [(str(month), int(counts.get(month, 0))) for month in every]
