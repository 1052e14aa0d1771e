"""Return the basic bootstrap interval of a trimmed mean."""

from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args, numbers

from ._shared import Floats, Places, draw_rows, quantiles


def basic(x: np.ndarray, idx: np.ndarray) -> tuple[float, float]:
    """Return the basic bootstrap interval of a trimmed mean."""
    n = len(x)
    g = n // 4
    m = float(np.sort(x)[g:n - g].mean())
    if len(idx) == 0:
        return m, m
    centres = np.sort(x[idx], axis=1)[:, g:n - g].mean(axis=1)
    low, high = np.percentile(centres, [5, 95])
    return 2 * m - float(high), 2 * m - float(low)


def _prices_case(x: list[float], rows: list[list[int]]) -> Args:
    return np.array(x, dtype=float), np.array(rows, dtype=np.int64).reshape(len(rows), len(x))


def ordinary(rng: Random, size: int) -> Args:
    num_values = rng.randint(6, 12)
    x = [float(rng.randint(80, 200)) for _ in range(num_values)]
    x[rng.randrange(num_values)] = rng.choice((-1.0, 0.0, 5000.0))
    return _prices_case(x, draw_rows(rng, size, num_values))


def edges(rng: Random) -> list[Args]:
    return [
        _prices_case(numbers(rng, 5, 1.0), []),
        _prices_case(numbers(rng, 1, 1.0), [[0], [0]]),
        _prices_case(numbers(rng, 3, 1.0), draw_rows(rng, 5, 3)),
        _prices_case([0.0, 100.0, 120.0, 9000.0], [[0, 1, 2, 3], [3, 3, 3, 0], [0, 0, 1, 1]]),
        _prices_case(numbers(rng, 8, 1.0), draw_rows(rng, 2, 8)),
        _prices_case(numbers(rng, 9, 1.0), draw_rows(rng, 7, 9)),
    ]


def oracle(x: Floats, idx: Places) -> object:
    def centre(values: list[float]) -> float:
        return float(stats.trim_mean(values, 0.25))

    if len(idx) == 0:
        return (centre(x.tolist()), centre(x.tolist()))
    centres = [centre([float(x[k]) for k in row]) for row in idx.tolist()]
    low, high = quantiles(centres, [0.05, 0.95])
    return (2 * centre(x.tolist()) - high, 2 * centre(x.tolist()) - low)
