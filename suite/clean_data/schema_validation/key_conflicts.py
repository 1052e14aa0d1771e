"""Return the positions of rows that share their key."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args


def conflicts(rows: list[dict[str, object]], key: list[str]) -> list[int]:
    """Return the positions of rows that share their key."""
    keys = [[row[column] for column in key] for row in rows]
    return [i for i, k in enumerate(keys) if keys.count(k) > 1]


def conflicts_level_2(rows: list[dict[str, object]], key: list[str]) -> list[int]:
    """Return the positions of rows that share their key."""
    keys = []
    for row in rows:
        parts = [row.get(column) for column in key]
        keys.append([p.lower() if isinstance(p, str) else p for p in parts])
    return [
        place
        for place, parts in enumerate(keys)
        if None not in parts and keys.count(parts) > 1
    ]


def ordinary(rng: Random, size: int) -> Args:
    days = [rng.randint(1, max(2, size // 2)) for _ in range(size)]
    return [{"shop": rng.choice("AB"), "day": day} for day in days], ["shop", "day"]


def edges(rng: Random) -> list[Args]:
    return [
        ([], ["shop"]),
        ([{"shop": "A", "day": 1}, {"shop": "A", "day": rng.randint(2, 9)}], ["shop"]),
        ([{"shop": "A", "day": 1}, {"shop": "A", "day": 2}], ["shop", "day"]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([{"a": None, "b": 1}, {"b": 1}, {"a": "x", "b": rng.randint(2, 9)}], ["a", "b"]),
        ([{"a": "X", "b": 1}, {"a": "x", "b": 1}, {"a": "y", "b": None}], ["a", "b"]),
        ([{"a": "1", "b": 2}, {"a": 1, "b": 2}, {"a": "É"}, {"a": "é"}], ["a"]),
    ]


def _unique_oracle(rows: list[dict[str, object]], key: list[str]) -> object:
    if not rows or any(None in row.values() or len(row) < 2 for row in rows):
        return NotImplemented
    frame = pd.DataFrame(rows, dtype=object)
    return [int(place) for place in np.flatnonzero(frame.duplicated(key, keep=False))]


def oracle(rows: list[dict[str, object]], key: list[str]) -> object:
    return NotImplemented if any("a" in row for row in rows) else _unique_oracle(rows, key)


def mistake_keeps_the_first(rows: list[dict[str, object]], key: list[str]) -> list[int]:
    keys = [tuple(row[column] for column in key) for row in rows]
    return [i for i, k in enumerate(keys) if k in keys[:i]]
