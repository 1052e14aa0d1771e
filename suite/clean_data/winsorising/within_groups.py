"""Return the values winsorised within their groups."""

from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers, with_outliers

from ._shared import array_of


def by_group(x: np.ndarray, groups: np.ndarray, p: float) -> np.ndarray:
    """Return the values winsorised within their groups."""
    result = x.copy()
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order])) + 1
    for members in np.split(order, starts):
        if members.size >= 5:
            low, high = np.quantile(x[members], [p, 1 - p])
            result[members] = np.clip(x[members], low, high)
    return result


def ordinary(rng: Random, size: int) -> Args:
    num_groups = max(2, size // 25)
    groups = [rng.randrange(num_groups) for _ in range(size)]
    if size > 60:
        groups = [group if group else rng.choice([0, 1, 1, 1, 1]) for group in groups]
    return array_of(with_outliers(rng, size, 2)), np.array(groups, dtype=np.int64), 0.1


def edges(rng: Random) -> list[Args]:
    return [
        (array_of([]), np.array([], dtype=np.int64), 0.1),
        (array_of(numbers(rng, 4)), np.array([1, 1, 1, 1]), 0.25),
        (array_of(numbers(rng, 5)), np.array([1, 1, 1, 1, 1]), 0.25),
        (array_of(numbers(rng, 12)), np.array([7, -3] * 6), 0.2),
        (array_of(numbers(rng, 11)), np.array([0] * 6 + [9] + [0, 2, 2, 2]), 0.1),
    ]


def oracle(x: Any, groups: Any, p: float) -> object:
    frame = pd.DataFrame({"x": x, "group": groups})
    by_group = frame.groupby("group")["x"]
    low = by_group.transform(lambda values: values.quantile(p))
    high = by_group.transform(lambda values: values.quantile(1.0 - p))
    small = by_group.transform("size") < 5
    return frame["x"].clip(low, high).where(~small, frame["x"]).to_numpy(dtype=float)
