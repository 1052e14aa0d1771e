"""Return start and length of the longest heat wave."""

from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import NAN


def heat_wave(s: pd.Series, limit: float) -> list[int]:
    """Return start and length of the longest heat wave."""
    known = s.dropna()
    hot = known.rolling(3).mean() > limit
    runs = (~hot).cumsum()[hot]
    if runs.empty:
        return [0, 0]
    lengths = runs.groupby(runs).size()
    longest = lengths.idxmax()
    return [int(runs.index[runs == longest][0]), int(lengths.max())]


def _measured(degrees: list[float], first: int, limit: float) -> Args:
    return pd.Series(degrees, index=range(first, first + len(degrees)), dtype=float), limit


def ordinary(rng: Random, size: int) -> Args:
    """Whole degrees, so that a mean of three never lies on a limit that ends in .5."""
    degrees, level = [], 24.0
    for _ in range(size):
        level += rng.choice((-2.0, -1.0, 0.0, 1.0, 2.0)) + (0.3 if level < 20 else -0.3)
        degrees.append(NAN if rng.random() < 0.05 else float(round(level)))
    return _measured(degrees, rng.randint(1, 40), rng.choice((20.5, 22.5, 24.5)))


def edges(rng: Random) -> list[Args]:
    return [
        _measured([], 1, 20.5),
        _measured([30.0, 30.0], rng.randint(1, 9), 20.5),
        _measured([30.0, NAN, 30.0, NAN, 30.0], rng.randint(1, 9), 20.5),
        _measured([30.0] * 4 + [0.0] * 3 + [30.0] * 4, rng.randint(1, 9), 20.5),
        _measured([30.0] * 3 + [0.0] * 3 + [30.0] * 5, rng.randint(1, 9), 24.5),
        _measured([19.0, 20.0, 21.0, 20.0, 19.0], rng.randint(1, 9), 20.5),
    ]


def oracle(s: Any, limit: float) -> object:
    known = [(int(label), value) for label, value in s.items() if not np.isnan(value)]
    best, run = [0, 0], 0
    for stop in range(3, len(known) + 1):
        hot = np.mean([value for _, value in known[stop - 3 : stop]]) > limit
        run = run + 1 if hot else 0
        if run > best[1]:
            best = [known[stop - run][0], run]
    return best
