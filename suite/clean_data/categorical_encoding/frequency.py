"""Return for each visit the share of visits from the same place."""

from collections import Counter
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import COLOURS, draw_labels


def shares(places: list[str]) -> np.ndarray:
    """Return for each visit the share of visits from the same place."""
    n = len(places)
    return np.array([places.count(place) / n for place in places])


def shares_level_2(places: list[str | None]) -> np.ndarray:
    """Return for each visit the share of visits from the same place."""
    counts = Counter(places)
    counts[None] = 0
    known = max(counts.total(), 1)
    return np.array([counts[place] / known for place in places])


ordinary = draw_labels


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([rng.choice(COLOURS)],),
        (["a", "A", "a", ""],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([None] * rng.randint(1, 4),),
        ([None, "a", "b", "a", None],),
        (["None", None, rng.choice(COLOURS)],),
    ]


def oracle(answers: list[str]) -> object:
    column = pd.Series(answers, dtype=object)
    shares = column.map(column.value_counts(normalize=True)).astype(float)
    return shares.fillna(0.0).to_numpy()


def mistake_counts_not_shares(places: list[str]) -> np.ndarray:
    return np.array([float(places.count(p)) for p in places])
