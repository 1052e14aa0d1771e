"""Bootstrap with given resamples, so that the answer is determined: kept whole for evaluation."""

from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import mstats

from parelha.tasks.draws import Args, numbers

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
NAN = float("nan")


# In all variants idx has one row per resample; its entries are places in the array of values.


def draw_resamples(rng: Random, size: int, num_values: int, width: int | None = None) -> Places:
    """`size` resamples of `width` places (as many as values, by default) out of `num_values`."""
    wide = num_values if width is None else width
    rows = [[rng.randrange(num_values) for _ in range(wide)] for _ in range(size)]
    return np.array(rows, dtype=np.int64).reshape(size, wide)


def resampled(rng: Random, size: int) -> Args:
    num_values = rng.randint(4, 7)
    return np.array(numbers(rng, num_values), dtype=float), draw_resamples(rng, size, num_values)


def edge(values: list[float], rows: list[list[int]], width: int = 0) -> Args:
    places = np.array(rows, dtype=np.int64).reshape(len(rows), len(rows[0]) if rows else width)
    return np.array(values, dtype=float), places


def plain_edges(rng: Random) -> list[Args]:
    return [
        edge(numbers(rng, 1), [[0], [0]]),
        edge(numbers(rng, 3), [[2, 2, 2], [0, 1, 2], [0, 0, 0], [1, 0, 1]]),
        edge(numbers(rng, 4), [[3, 1], [0, 0], [1, 2]]),
    ]


def gap_edges(rng: Random) -> list[Args]:
    one, two, three = numbers(rng, 3)
    return [
        edge(numbers(rng, 3), [], 3),
        edge([one, NAN], [[1, 1], [1, 1]]),
        edge([NAN, two], [[0, 1], [0, 0]]),
        edge([one, NAN, two, 90.0], [[0, 0], [1, 1], [2, 3]]),
        edge([one, NAN, two], [[0, 1, 2], [1, 1, 1], [2, 2, 1], [0, 0, 0]]),
        edge([NAN, two, three], [[0, 1, 0], [0, 2, 2], [1, 2, 1]]),
    ]


def resamples(x: Floats, idx: Places) -> list[list[float]]:
    """The resamples as lists, without NaN; those with nothing left are dropped."""
    drawn = [[float(x[place]) for place in row if not np.isnan(x[place])] for row in idx.tolist()]
    return [own for own in drawn if own]


def quantiles(values: list[float], shares: list[float]) -> list[float]:
    """Quantiles by linear interpolation, from scipy."""
    found: Any = mstats.mquantiles(np.array(values), prob=shares, alphap=1.0, betap=1.0)
    return [float(value) for value in found]


def draw_rows(rng: Random, size: int, num_values: int) -> list[list[int]]:
    return [rng.choices(range(num_values), k=num_values) for _ in range(size)]
