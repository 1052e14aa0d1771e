"""Return the records as a log of changes leaves them at a time."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def state(log: list[tuple[str, int, str, object]], until: int) -> object:
    """Return the records as a log of changes leaves them at a time."""
    records: dict[str, dict[str, object]] = {}
    for key, time, field, value in sorted(log, key=lambda change: change[1]):
        if time <= until:
            records.setdefault(key, {})[field] = value
    current = {}
    for key, record in records.items():
        known = {f: value for f, value in record.items() if value is not None}
        if known:
            current[key] = known
    return current


def ordinary(rng: Random, size: int) -> Args:
    keys = [f"k{number}" for number in range(max(2, size // 10))]
    log: list[tuple[str, int, str, str | None]] = []
    for time in rng.sample(range(3 * size), size):
        value = rng.choice(["a", "b", "", None])
        log.append((rng.choice(keys), time, rng.choice(["name", "city", "mail"]), value))
    return log, 2 * size


def edges(rng: Random) -> list[Args]:
    return [
        ([], 5),
        ([("a", 2, "x", "new"), ("a", 1, "x", "old")], rng.randint(2, 9)),
        ([("a", 2, "x", "new"), ("a", 1, "x", "old"), ("b", 3, "x", "no")], 1),
        ([("a", 1, "x", "v"), ("a", 2, "x", None), ("b", 2, "y", "")], rng.randint(2, 9)),
        ([("a", 3, "x", None), ("a", 4, "x", "v"), ("a", 1, "y", "w")], rng.randint(4, 9)),
        ([("a", 5, "x", "late"), ("a", 6, "y", "later")], 5),
    ]


def oracle(log: list[tuple[str, int, str, str | None]], until: int) -> object:
    frame = pd.DataFrame(log, columns=["key", "time", "field", "value"], dtype=object)
    past = frame[frame["time"].astype(int) <= until].sort_values("time")
    last = past.drop_duplicates(["key", "field"], keep="last").dropna(subset=["value"])
    state: dict[str, dict[str, str]] = {}
    for key, field, value in last[["key", "field", "value"]].itertuples(index=False):
        state.setdefault(str(key), {})[str(field)] = str(value)
    return state
