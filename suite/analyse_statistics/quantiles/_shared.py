"""Quantiles of numpy arrays: quartiles, ranks, ratios of percentiles, winsorising."""

from collections.abc import Sequence
from random import Random

import numpy as np
import numpy.typing as npt
from scipy.stats import mstats

from parelha.tasks.draws import Args, numbers

Floats = npt.NDArray[np.float64]
NAN = float("nan")


def array(*values: float) -> Floats:
    return np.array(values, dtype=float)


def draw_values(rng: Random, size: int) -> Args:
    return (array(*numbers(rng, size)),)


def plain_edges(rng: Random) -> list[Args]:
    value = numbers(rng, 1)[0]
    return [
        (array(value),),
        (array(value, value, value + 8.0),),
        (array(*numbers(rng, 5, -90.0, -10.0)),),
    ]


def nan_edges(rng: Random) -> list[Args]:
    one, two, three = numbers(rng, 3)
    return [
        (array(),),
        (array(NAN, NAN),),
        (array(NAN, one, two, NAN, three),),
        (array(one, NAN),),
    ]


def kept_of(x: Floats) -> Floats:
    return x[np.isfinite(x)]


def type7(x: Floats, shares: Sequence[float]) -> Floats:
    """Return quantiles by linear interpolation (Hyndman and Fan's type 7); NaN for no values."""
    if len(x) == 0:
        return np.full(len(shares), NAN)
    found = mstats.mquantiles(np.asarray(x), prob=list(shares), alphap=1.0, betap=1.0)
    return np.asarray(found, dtype=float)


def floats(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=float)
