"""Dates as text: their order of parts, weekends, UTC offsets, ends of months, ages."""

from datetime import date, datetime, timedelta
from random import Random

from parelha.tasks.draws import Args


def draw_day(rng: Random, first: str = "2019-01-01", days: int = 2500) -> date:
    return date.fromisoformat(first) + timedelta(days=rng.randrange(days))


def draw_days(rng: Random, size: int) -> Args:
    return ([draw_day(rng).isoformat() for _ in range(size)],)


OFFSETS = ("Z", "+00:00", "+02:00", "-03:00", "+05:30")


def stamped(rng: Random, size: int, minutes: int) -> list[str]:
    start = datetime(2024, rng.randint(1, 12), rng.randint(1, 28))
    stamps = []
    for _ in range(size):
        moment = start + timedelta(minutes=rng.randrange(minutes))
        stamps.append(f"{moment.isoformat(timespec='minutes')}{rng.choice(OFFSETS)}")
    return stamps
