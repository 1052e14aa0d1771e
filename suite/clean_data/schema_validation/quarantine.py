"""Return the ids of good bookings and the number of rejects by rule."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def accept(rows: list[tuple[int, str, int, int]], rooms: list[str]) -> object:
    """Return the ids of good bookings and the number of rejects by rule."""
    rejected = dict.fromkeys(("id", "room", "period", "overlap"), 0)
    known, seen, passed = set(rooms), set(), []
    for number, room, start, end in rows:
        repeated = number in seen
        seen.add(number)
        if repeated:
            rejected["id"] += 1
        elif room not in known:
            rejected["room"] += 1
        elif end <= start:
            rejected["period"] += 1
        else:
            passed.append((number, room, start, end))
    free: dict[str, int] = {}
    accepted = []
    for number, room, start, end in sorted(passed, key=lambda row: row[2]):
        if start < free.get(room, start):
            rejected["overlap"] += 1
        else:
            free[room] = end
            accepted.append(number)
    return sorted(accepted), rejected


Stay = tuple[int, str, int, int]


def ordinary(rng: Random, size: int) -> Args:
    rows: list[Stay] = []
    for _ in range(size):
        start = rng.randint(1, 300)
        number, room = rng.randint(1, 3 * size), f"r{rng.randrange(max(2, size // 10))}"
        rows.append((number, room, start, start + rng.choice([-1, 0, 1, 2, 3])))
    return rows, [f"r{number}" for number in range(1, max(2, size // 10))]


def edges(rng: Random) -> list[Args]:
    return [
        ([], ["a"]),
        ([(1, "a", 1, 3), (1, "a", 5, 6), (2, "x", rng.randint(1, 9), 2)], ["a"]),
        ([(5, "a", 3, 6), (4, "a", 1, 3), (3, "a", 5, 7), (2, "b", 5, 7)], ["a", "b"]),
        ([(7, "a", 4, 4), (7, "a", 4, 5), (8, "a", 4, rng.randint(5, 9))], ["a"]),
        ([(1, "a", 2, 9), (2, "a", 3, 4), (3, "a", 8, 9), (9, "a", 9, 10)], ["a"]),
        ([(3, "z", 9, 1), (3, "a", 0, rng.randint(1, 9)), (1, "a", -5, 0)], ["a"]),
    ]


def oracle(rows: list[Stay], rooms: list[str]) -> object:
    frame = pd.DataFrame(rows, columns=["id", "room", "start", "end"])
    repeated = frame["id"].duplicated()
    unknown = ~frame["room"].isin(rooms) & ~repeated
    period = (frame["end"] <= frame["start"]) & ~repeated & ~unknown
    rest = frame[~(repeated | unknown | period)]
    free: dict[str, int] = {}
    kept: list[int] = []
    for row in rest.sort_values("start", kind="stable").itertuples(index=False):
        if free.get(str(row.room), -999) <= int(row.start):  # type: ignore[arg-type]
            free[str(row.room)] = int(row.end)  # type: ignore[arg-type]
            kept.append(int(row.id))  # type: ignore[arg-type]
    counts = (repeated.sum(), unknown.sum(), period.sum(), len(rest) - len(kept))
    names = ("id", "room", "period", "overlap")
    return sorted(kept), dict(zip(names, map(int, counts), strict=True))
