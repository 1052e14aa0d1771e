"""Return the labels of the pupils who are far from their peers."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import Row, draw_number, frame_of_rows


def stand_out(scores: pd.DataFrame, gap: float) -> list[int]:
    """Return the labels of the pupils who are far from their peers."""
    schools = scores.groupby("school")["points"]
    num_peers = schools.transform("count") - 1
    total = schools.transform("sum") - scores["points"]
    far = (scores["points"] - total / num_peers).abs() > gap
    return [int(label) for label in scores.index[far]]


def _school_rows(rng: Random, size: int) -> list[Row]:
    return [(f"S{rng.randint(1, 2 + size // 15)}", draw_number(rng, 60.0)) for _ in range(size)]


def ordinary(rng: Random, size: int) -> Args:
    return (
        frame_of_rows(_school_rows(rng, size), ("school",), "points"),
        rng.choice((4.7001, 9.3001)),
    )


def edges(rng: Random) -> list[Args]:
    return [
        (frame_of_rows(rows, ("school",), "points"), gap)
        for rows, gap in (
            ([], 1.0),
            ([("S1", 5.0), ("S2", float(rng.randint(50, 90)))], 1.0),
            ([("S1", 5.0), ("S1", math.nan), ("S2", float(rng.randint(5, 9)))], 1.0),
            ([("S1", 5.0), ("S2", 6.0), ("S1", float(rng.randint(12, 19)))], 4.5),
            ([("S1", 5.0), ("S1", 5.0), ("S1", 8.0)], 3.0),
            ([("S1", 4.0), ("S1", 6.0), ("S1", 1.0), ("S2", 1.0), ("S2", 1.5)], 3.9),
        )
    ]


def oracle(scores: pd.DataFrame, gap: float) -> object:
    found = []
    for label, name, points in scores.itertuples():
        others = scores[(scores["school"] == name) & (scores.index != label)]["points"].dropna()
        if len(others) and abs(points - float(np.mean(others))) > gap:
            found.append(label)
    return found
