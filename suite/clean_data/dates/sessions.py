"""Return the number of sessions and the longest of each user."""

from datetime import datetime, timedelta
from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import stamped


def sessions(events: list[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Return the number of sessions and the longest of each user."""
    times: dict[str, list[datetime]] = {}
    for user, stamp in events:
        times.setdefault(user, []).append(datetime.fromisoformat(stamp))
    result = {}
    for user, moments in times.items():
        moments.sort()
        start = last = moments[0]
        count, longest = 1, 0
        for moment in moments:
            if moment - last > timedelta(minutes=30):
                count += 1
                start = moment
            last = moment
            length = int((last - start).total_seconds()) // 60
            longest = max(longest, length)
        result[user] = (count, longest)
    return result


def ordinary(rng: Random, size: int) -> Args:
    users = [f"u{number}" for number in range(max(1, size // 12))]
    stamps = stamped(rng, size, max(60, 25 * size // max(1, size // 40)))
    return ([(rng.choice(users), stamp) for stamp in stamps],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("a", f"2024-01-0{rng.randint(1, 9)}T10:00Z")],),
        ([("a", "2024-01-01T10:00Z"), ("a", "2024-01-01T10:30Z"), ("b", "2024-01-01T10:31Z")],),
        ([("a", "2024-01-01T10:00Z"), ("a", "2024-01-01T10:31Z"), ("a", "2024-01-01T10:40Z")],),
        ([("a", "2024-01-01T12:10+02:00"), ("a", "2024-01-01T07:00-03:00")],),
        ([("a", "2024-01-01T23:50Z"), ("a", "2024-01-02T00:10Z"), ("a", "2024-01-02T01:00Z")],),
    ]


def oracle(events: list[tuple[str, str]]) -> object:
    if not events:
        return {}
    frame = pd.DataFrame(events, columns=["user", "stamp"])
    frame["at"] = pd.to_datetime(frame["stamp"], utc=True, format="ISO8601")
    frame = frame.sort_values(["user", "at"])
    gap = frame.groupby("user")["at"].diff()
    frame["session"] = (gap.isna() | (gap > pd.Timedelta(minutes=30))).cumsum()
    ends = frame.groupby(["user", "session"])["at"].agg(["min", "max"])
    spans = (ends["max"] - ends["min"]).dt.total_seconds() // 60
    longest = spans.astype(int).groupby("user")
    counts, lengths = longest.size(), longest.max()
    return {str(user): (int(counts[user]), int(lengths[user])) for user in counts.index}
