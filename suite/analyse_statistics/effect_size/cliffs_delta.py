"""Return Cliff's delta of two samples."""

from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args, numbers

from ._shared import NAN, Floats, floats


def cliffs_delta(a: np.ndarray, b: np.ndarray) -> float:
    """Return Cliff's delta of two samples."""
    signs = np.sign(a[:, None] - b[None, :])
    return float(signs.mean())


def cliffs_delta_level_2(a: np.ndarray, b: np.ndarray) -> float:
    """Return Cliff's delta of two samples."""
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    if a.size == 0 or b.size == 0:
        return 0.0
    signs = np.sign(a[:, None] - b[None, :])
    return float(signs.mean())


def ordinary(rng: Random, size: int) -> Args:
    first = [float(rng.randint(1, 7)) for _ in range(size)]
    return floats(*first), floats(*[float(rng.randint(2, 9)) for _ in range(size + 1)])


def edges(rng: Random) -> list[Args]:
    return [
        (floats(3.0), floats(float(rng.randint(1, 9)))),
        (floats(3.0, 3.0), floats(3.0, 3.0, 3.0)),
        (floats(8.0, 9.0), floats(*numbers(rng, 3, -9.0, 7.0))),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (floats(), floats(*numbers(rng, 2))),
        (floats(*numbers(rng, 2)), floats(NAN, NAN)),
        (floats(NAN, *numbers(rng, 3)), floats(*numbers(rng, 2), NAN, NAN)),
        (floats(NAN, 1.0), floats(NAN, float(rng.randint(2, 9)))),
    ]


def oracle(a: Floats, b: Floats) -> object:
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if min(len(a), len(b)) == 0:
        return 0.0
    u = float(stats.mannwhitneyu(a, b).statistic)
    return 2 * u / (len(a) * len(b)) - 1


def mistake_no_losses(a: np.ndarray, b: np.ndarray) -> float:
    return float((a[:, None] > b).mean())
