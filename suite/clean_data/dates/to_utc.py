"""Return time stamps with a UTC offset in UTC."""

from datetime import datetime, timezone
from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import draw_day


def to_utc(stamps: list[str]) -> list[str]:
    """Return time stamps with a UTC offset in UTC."""
    times = []
    for stamp in stamps:
        moment = datetime.fromisoformat(stamp).astimezone(timezone.utc)
        times.append(moment.strftime("%Y-%m-%d %H:%M"))
    return times


def to_utc_level_2(stamps: list[str]) -> list[str]:
    """Return time stamps with a UTC offset in UTC."""
    times = []
    for stamp in stamps:
        moment = datetime.fromisoformat(stamp)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        moment = moment.astimezone(timezone.utc)
        times.append(moment.strftime("%Y-%m-%d %H:%M"))
    return times


def ordinary(rng: Random, size: int) -> Args:
    stamps = []
    for _ in range(size):
        clock = f"{draw_day(rng)}T{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
        offset = rng.choice(["+00:00", "+02:00", "-03:00", "+05:30", "-08:00"])
        stamps.append(f"{clock}{offset}")
    return (stamps,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["2024-01-01T00:30+02:00", "2023-12-31T23:30-03:00"],),
        (["2024-02-29T12:00+00:00"],),
        ([f"2024-03-01T0{rng.randint(0, 4)}:15+05:30"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([f"2024-06-0{rng.randint(1, 9)}T23:10Z"],),
        ([f"2024-06-0{rng.randint(1, 9)}T23:10", "2024-06-30T23:10-01:00"],),
        (["2024-12-31T23:59", "2024-12-31T23:59Z", "2025-01-01T01:59+02:00"],),
    ]


def oracle(stamps: list[str]) -> object:
    parsed = [pd.Timestamp(stamp) for stamp in stamps]
    moments = [p.tz_localize("UTC") if p.tz is None else p.tz_convert("UTC") for p in parsed]
    return [moment.strftime("%Y-%m-%d %H:%M") for moment in moments]


def mistake_drops_the_offset(stamps: list[str]) -> list[str]:
    return [stamp[:16].replace("T", " ") for stamp in stamps]
