"""Return code, count, median and 90th percentile of each station."""

from random import Random

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import Args, numbers

from ._shared import NAN, Floats, floats, type7


def by_station(station: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return code, count, median and 90th percentile of each station."""
    valid = level >= 0
    codes, levels = station[valid], level[valid]
    rows = []
    for code in np.unique(codes):
        own = levels[codes == code]
        if own.size >= 3:
            rows.append([code, own.size, *np.quantile(own, [0.5, 0.9])])
    return np.array(rows, dtype=float).reshape(-1, 4)


def ordinary(rng: Random, size: int) -> Args:
    codes = rng.sample(range(100, 140), 2 + size // 20)
    levels = numbers(rng, size, 0.0, 60.0)
    for place in rng.sample(range(size), size // 6):
        levels[place] = rng.choice((NAN, -1.0, -999.0))
    return np.array([rng.choice(codes) for _ in levels], dtype=np.int64), floats(levels)


def _pair(station: list[int], level: list[float]) -> Args:
    return np.array(station, dtype=np.int64), floats(level)


def edges(rng: Random) -> list[Args]:
    return [
        _pair([], []),
        _pair([7, 7, 7, 9], [-1.0, NAN, 2.0, float(rng.randint(0, 9))]),
        _pair([9, 7, 9, 7, 9, 7, 7], [0.0, *numbers(rng, 6, 0.0)]),
        _pair([5, 5, 5], numbers(rng, 3, 0.0)),
        _pair([5, 5, 4, 4, 4, 4], [*numbers(rng, 2, 0.0), 3.0, -2.0, 0.0, 8.0]),
    ]


def oracle(station: npt.NDArray[np.int64], level: Floats) -> object:
    rows = []
    for code in np.unique(station):
        own = floats([x for s, x in zip(station, level, strict=True) if s == code and x >= 0])
        if len(own) >= 3:
            rows.append([float(code), float(len(own)), *type7(own, [0.5, 0.9])])
    return np.array(rows, dtype=float).reshape(-1, 4)
