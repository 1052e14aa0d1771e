"""Return the rows that are outliers in several columns."""

import math
from collections import Counter
from random import Random
from statistics import fmean, pstdev

import numpy as np

from parelha.tasks.draws import Args


def odd(data: dict[str, list[float | None]], k: float, need: int) -> list[int]:
    """Return the rows that are outliers in several columns."""
    votes: Counter[int] = Counter()
    for column in data.values():
        known = [value for value in column if value is not None]
        if not known:
            continue
        centre, reach = fmean(known), k * pstdev(known)
        for row, value in enumerate(column):
            if value is not None and abs(value - centre) > reach:
                votes[row] += 1
    return sorted(row for row, count in votes.items() if count >= need)


def ordinary(rng: Random, size: int) -> Args:
    """Three columns of whole numbers; outlying rows are far in one column or in several."""
    table: dict[str, list[float | None]] = {
        name: [float(rng.randint(40, 60)) for _ in range(size)] for name in ("a", "b", "c")
    }
    for _ in range(1 + size // 25):
        row = rng.randrange(size)
        for name in rng.sample(["a", "b", "c"], rng.randint(1, 3)):
            table[name][row] = None if rng.random() < 0.1 else float(rng.choice((-20, 110, 130)))
    return table, rng.choice((2.0003, 2.5007)), rng.randint(1, 3)


def edges(rng: Random) -> list[Args]:
    return [
        ({}, 2.0, 1),
        ({"a": [], "b": []}, 2.0, 1),
        ({"a": [None, None], "b": [3.0, float(rng.randint(4, 9))]}, 0.5, 1),
        ({"a": [5.0] * 7, "b": [5.0] * 6 + [float(rng.randint(40, 90))]}, 2.0003, 1),
        ({"a": [5.0] * 6 + [-90.0], "b": [5.0] * 6 + [float(rng.randint(40, 90))]}, 2.0003, 2),
        ({"a": [5.0] * 6 + [None], "b": [5.0] * 6 + [float(rng.randint(40, 90))]}, 2.0003, 2),
    ]


def oracle(table: dict[str, list[float | None]], k: float, least: int) -> object:
    if not table:
        return []
    grid = np.array([[math.nan if v is None else v for v in part] for part in table.values()])
    votes = np.zeros(grid.shape[1], dtype=int)
    for part in grid.astype(float):
        known = part[~np.isnan(part)]
        if len(known) and np.ptp(known) > 0:
            votes += np.abs(part - known.mean()) > k * known.std()
    return [int(row) for row in np.flatnonzero(votes >= least)]
