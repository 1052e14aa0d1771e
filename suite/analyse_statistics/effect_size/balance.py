"""Return the standardised mean difference of each column."""

from random import Random

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import Args, numbers

from ._shared import NAN, Floats


def balance(x: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Return the standardised mean difference of each column."""
    differences = []
    for column in x.T:
        known = ~np.isnan(column)
        a, b = column[known & treated], column[known & ~treated]
        if a.size < 2 or b.size < 2:
            differences.append(np.nan)
            continue
        scale = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
        gap = a.mean() - b.mean()
        differences.append(gap / scale if scale > 0 else 0.0)
    return np.array(differences)


def _matrix(rows: list[list[float]], treated: list[int], width: int = 2) -> Args:
    return np.array(rows, dtype=float).reshape(-1, width), np.array(treated, dtype=bool)


def ordinary(rng: Random, size: int) -> Args:
    """Four columns, the last one constant in both groups; some cells are missing."""
    rows, treated = [], []
    for _ in range(size):
        group = rng.randint(0, 1)
        row = [rng.gauss(40.0 + 5 * group, 10.0), rng.gauss(70.0, 9.0 + 3 * group), rng.random()]
        row = [NAN if rng.random() < 0.1 else round(x, 1) for x in row]
        rows.append([*row, 1.0])
        treated.append(group)
    return _matrix(rows, treated, 4)


def edges(rng: Random) -> list[Args]:
    return [
        _matrix([], []),
        _matrix([[1.0, 2.0], [3.0, 4.0], numbers(rng, 2)], [1, 0, 1]),
        _matrix([[1.0, 5.0], [3.0, 5.0], [2.0, 8.0], [numbers(rng, 1)[0], 8.0]], [1, 1, 0, 0]),
        _matrix([[1.0, NAN], [3.0, 5.0], [2.0, 8.0], [numbers(rng, 1)[0], 8.0]], [1, 1, 0, 0]),
        _matrix([[1.0, NAN], [NAN, 5.0], *[numbers(rng, 2) for _ in range(4)]], [1, 0, 1, 0, 1, 0]),
        _matrix([numbers(rng, 2) for _ in range(3)], [1, 1, 1]),
    ]


def oracle(x: Floats, treated: npt.NDArray[np.bool_]) -> object:
    answer = []
    for column in x.T:
        known = [own[np.isfinite(own)] for own in (column[treated], column[~treated])]
        if min(len(own) for own in known) < 2:
            answer.append(NAN)
            continue
        scale = float(np.mean([np.var(own, ddof=1) for own in known])) ** 0.5
        gap = float(known[0].mean() - known[1].mean())
        answer.append(gap / scale if scale > 1e-12 else 0.0)
    return np.array(answer, dtype=float)
