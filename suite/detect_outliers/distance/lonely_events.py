"""Return the users with lonely events, those with most of them first."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args


def lonely(events: list[tuple[str, int]], gap: int) -> list[tuple[str, int]]:
    """Return the users with lonely events, those with most of them first."""
    times: dict[str, set[int]] = {}
    for user, time in events:
        times.setdefault(user, set()).add(time)
    counts = []
    for user, known in times.items():
        ordered = sorted(known)
        gaps = [b - a for a, b in zip(ordered, ordered[1:])]
        sides = zip([gap + 1, *gaps], [*gaps, gap + 1])
        count = sum(min(before, after) > gap for before, after in sides)
        if count > 0:
            counts.append((user, count))
    return sorted(counts, key=lambda pair: (-pair[1], pair[0]))


def ordinary(rng: Random, size: int) -> Args:
    clocks = {f"u{number}": rng.randint(0, 500) for number in range(1 + size // 60)}
    events = []
    for _ in range(size):
        user = rng.choice(list(clocks))
        clocks[user] += rng.choice((1, 2, 3, 5, 40, 60))
        events.append((user, clocks[user]))
    rng.shuffle(events)
    return events, rng.choice((3, 5, 40))


def edges(rng: Random) -> list[Args]:
    return [
        ([], 5),
        ([("b", rng.randint(1, 99)), ("a", 3), ("c", 9), ("c", 10)], 5),
        ([("a", 7), ("a", 7), ("b", 1), ("b", 6), ("b", rng.randint(20, 99))], 5),
        ([("a", 16), ("a", 10), ("a", 5), ("a", rng.randint(40, 99))], 5),
        ([("a", 1), ("b", 1), ("b", 50), ("a", 99), ("c", rng.randint(1, 9))], 48),
        ([("a", 1), ("a", 2), ("b", 1), ("b", 2 + rng.randint(0, 1))], 0),
    ]


def oracle(events: list[tuple[str, int]], gap: int) -> object:
    counts = {}
    for user in {user for user, _ in events}:
        times = np.array(sorted({time for other, time in events if other == user}))
        before = np.diff(times, prepend=-(10**9)) > gap
        after = np.diff(times, append=10**9) > gap
        if (before & after).any():
            counts[user] = int((before & after).sum())
    return [(user, counts[user]) for user in sorted(counts, key=lambda u: (-counts[u], u))]
