"""Return the noisy kinds, and the number of slow events elsewhere."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import Row, frame_of_rows


def noisy(events: pd.DataFrame, share: float) -> tuple[list[str], int]:
    """Return the noisy kinds, and the number of slow events elsewhere."""
    known = events.dropna(subset=["seconds"])
    middle = known.groupby("kind")["seconds"].transform("median")
    slow = (known["seconds"] > 3 * middle).groupby(known["kind"])
    loud = slow.mean() > share
    kinds = sorted(str(kind) for kind in loud.index[loud])
    return kinds, int(slow.sum()[~loud].sum())


def _event_rows(rng: Random, size: int) -> list[Row]:
    kinds = {f"k{number}": rng.choice((0.0, 0.05, 0.2)) for number in range(2 + size // 40)}
    rows: list[Row] = []
    for _ in range(size):
        kind = rng.choice(list(kinds))
        seconds = rng.randint(8, 12) * (rng.randint(4, 9) if rng.random() < kinds[kind] else 1)
        rows.append((kind, math.nan if rng.random() < 0.02 else float(seconds)))
    return rows


def ordinary(rng: Random, size: int) -> Args:
    return (
        frame_of_rows(_event_rows(rng, size), ("kind",), "seconds"),
        rng.choice((0.0301, 0.1001)),
    )


def edges(rng: Random) -> list[Args]:
    return [
        (frame_of_rows(rows, ("kind",), "seconds"), share)
        for rows, share in (
            ([], 0.1),
            ([("a", math.nan), ("b", float(rng.randint(1, 9)))], 0.1),
            # 1 of 4 events is slow, which is exactly the fraction.
            ([("b", 1.0), ("b", 1.0), ("b", 1.0), ("b", float(rng.randint(4, 9)))], 0.25),
            ([("b", 2.0), ("b", 2.0), ("b", 6.0), ("a", 1.0), ("a", 1.0), ("a", 3.5)], 0.3),
            ([("c", 2.0), ("c", 2.0), ("c", 7.0), ("a", 1.0), ("a", 1.0), ("a", 3.5)], 0.3),
            ([("c", 2.0), ("c", 2.0), ("c", 7.0), ("c", math.nan), ("a", 1.0)], 0.3),
            ([("c", 3.0), ("c", 3.0), ("c", 9.0), ("c", float(rng.randint(7, 8)))], 0.2),
        )
    ]


def oracle(events: pd.DataFrame, share: float) -> object:
    noisy, quiet = [], 0
    for kind in sorted(set(events["kind"])):
        group = events[events["kind"] == kind]["seconds"].dropna()
        middle = float(np.median(group)) if len(group) else 0.0
        slow = int((group > 3 * middle).sum())
        if slow > share * len(group):
            noisy.append(kind)
        else:
            quiet += slow
    return noisy, quiet
