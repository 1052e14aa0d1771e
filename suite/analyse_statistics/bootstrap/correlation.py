"""Return the 80 % interval of a correlation on Fisher's scale."""

from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args

from ._shared import Floats, Places, draw_rows, quantiles


def ci(x: np.ndarray, y: np.ndarray, idx: np.ndarray) -> tuple[float, float]:
    """Return the 80 % interval of a correlation on Fisher's scale."""
    a, b = x[idx], y[idx]
    varied = (np.ptp(a, axis=1) > 0) & (np.ptp(b, axis=1) > 0)
    if not varied.any():
        return 0.0, 0.0
    a, b = a[varied], b[varied]
    a -= a.mean(axis=1, keepdims=True)
    b -= b.mean(axis=1, keepdims=True)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    r = np.clip((a * b).sum(axis=1) / scale, -0.99, 0.99)
    low, high = np.tanh(np.percentile(np.arctanh(r), [10, 90]))
    return float(low), float(high)


def _pairs_case(x: list[float], y: list[float], rows: list[list[int]]) -> Args:
    places = np.array(rows, dtype=np.int64).reshape(len(rows), len(x))
    return np.array(x, dtype=float), np.array(y, dtype=float), places


def ordinary(rng: Random, size: int) -> Args:
    """Few pairs of whole numbers, so that some resamples have no spread; many resamples."""
    num_pairs = rng.randint(3, 6)
    x = [float(value) for value in rng.sample(range(20), num_pairs)]
    y = [float(round(2 * value + rng.gauss(0.0, 12.0))) for value in x]
    y[0] = y[1]
    return _pairs_case(x, y, draw_rows(rng, size, num_pairs))


def edges(rng: Random) -> list[Args]:
    return [
        _pairs_case([1.0, 2.0], [5.0, float(rng.randint(6, 9))], []),
        _pairs_case([4.0, 4.0, 4.0], [1.0, 2.0, float(rng.randint(3, 9))], draw_rows(rng, 4, 3)),
        _pairs_case([1.0, 2.0, 3.0], [7.0, 7.0, 7.0], draw_rows(rng, 4 + rng.randint(0, 3), 3)),
        _pairs_case([1.0, 2.0], [5.0, 9.0], [[0, 0], [1, 1], [0, 1], [rng.randint(0, 1), 1]]),
        _pairs_case([1.0, 2.0, 5.0], [float(rng.randint(1, 9)), 4.0, 4.0], [[1, 2, 1], [0, 1, 2]]),
    ]


def oracle(x: Floats, y: Floats, idx: Places) -> object:
    found = []
    for row in idx.tolist():
        pairs = {(float(x[k]), float(y[k])) for k in row}
        if len({a for a, _ in pairs}) > 1 and len({b for _, b in pairs}) > 1:
            if len(pairs) == 2:  # two points lie on a line
                (a, b), (c, d) = pairs
                found.append(1.0 if (a - c) * (b - d) > 0 else -1.0)
            else:
                found.append(float(stats.pearsonr(x[row], y[row]).statistic))
    if not found:
        return (0.0, 0.0)
    low, high = quantiles([float(np.arctanh(np.clip(r, -0.99, 0.99))) for r in found], [0.1, 0.9])
    return (float(np.tanh(low)), float(np.tanh(high)))
