"""Return for each day how many people were active in a window."""

from datetime import date, timedelta
from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def active(logins: list[tuple[str, str]], window: int) -> list[int]:
    """Return for each day how many people were active in a window."""
    if not logins:
        return []
    days = [(date.fromisoformat(day).toordinal(), who) for who, day in logins]
    days.sort()
    first, last = days[0][0], days[-1][0]
    changes = [0] * (last - first + 2)
    covered: dict[str, int] = {}
    for day, who in days:
        start = max(day, covered.get(who, day))
        covered[who] = min(day + window, last + 1)
        changes[start - first] += 1
        changes[covered[who] - first] -= 1
    counts = []
    people = 0
    for change in changes[:-1]:
        people += change
        counts.append(people)
    return counts


def ordinary(rng: Random, size: int) -> Args:
    span = max(4, size // 8)
    first = date(2023, 12, 1) + timedelta(days=rng.randrange(90))
    people = max(2, size // 5)
    rows = []
    for _ in range(size):
        day = first + timedelta(days=rng.randrange(span))
        rows.append((f"p{rng.randrange(people)}", day.isoformat()))
    return rows, rng.randint(2, 7)


def edges(rng: Random) -> list[Args]:
    return [
        ([], 3),
        ([("p1", f"2024-02-0{rng.randint(1, 9)}")], 7),
        ([("p1", "2024-02-28"), ("p2", "2024-03-01")], 2),
        ([("p1", "2024-02-28"), ("p1", "2024-03-01"), ("p2", "2024-02-29")], 1),
        ([("p1", "2024-01-01"), ("p1", "2024-01-03"), ("p2", "2024-01-09")], rng.randint(3, 4)),
        ([("p1", "2024-01-05"), ("p1", "2024-01-05"), ("p2", "2024-01-01")], 30),
    ]


def oracle(logins: list[tuple[str, str]], window: int) -> object:
    if not logins:
        return []
    frame = pd.DataFrame(logins, columns=["who", "day"]).assign(seen=1.0)
    frame["day"] = pd.to_datetime(frame["day"], format="%Y-%m-%d")
    grid = frame.pivot_table(index="day", columns="who", values="seen", aggfunc="max")
    grid = grid.reindex(pd.date_range(grid.index.min(), grid.index.max())).fillna(0.0)
    active = grid.rolling(window, min_periods=1).max().sum(axis=1)
    return [int(number) for number in active]
