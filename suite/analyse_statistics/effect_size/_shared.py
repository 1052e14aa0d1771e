"""Effect sizes of two groups in numpy arrays: how large a difference is, whatever the sample."""

from random import Random

import numpy as np
import numpy.typing as npt
from scipy import stats

from parelha.tasks.draws import Args, numbers

Floats = npt.NDArray[np.float64]
NAN = float("nan")


def floats(*values: float) -> Floats:
    return np.array(values, dtype=float)


def two(rng: Random, size: int) -> Args:
    """Two samples of different sizes and spreads."""
    first = numbers(rng, size, 10.0, 30.0)
    return floats(*first), floats(*numbers(rng, size + rng.randint(-1, 3), 5.0, 40.0))


def two_edges(rng: Random) -> list[Args]:
    return [
        (floats(1.0, 2.0), floats(4.0, float(rng.randint(6, 9)))),
        (floats(*numbers(rng, 3)), floats(-5.0, 5.0, -5.0, 5.0)),
        (floats(0.0, 10.0, float(rng.randint(11, 40))), floats(3.0, 4.0)),
    ]


def poor_edges(rng: Random) -> list[Args]:
    return [
        (floats(), floats(*numbers(rng, 3))),
        (floats(*numbers(rng, 3)), floats(4.0)),
        (floats(4.0), floats(*numbers(rng, 3))),
        (floats(3.0, 3.0), floats(8.0, 8.0, 8.0)),
        (floats(*numbers(rng, 2)), floats(*numbers(rng, 2, 40.0))),
    ]


def t_scale(a: Floats, b: Floats) -> float:
    """Student's t of a against b, rescaled: Cohen's d by way of scipy."""
    first, second = ((float(x.mean()), float(x.std(ddof=1)), len(x)) for x in (a, b))
    t = float(stats.ttest_ind_from_stats(*first, *second).statistic)
    return t * float(np.sqrt(1 / len(a) + 1 / len(b)))


def is_poor(a: Floats, b: Floats) -> bool:
    return min(len(a), len(b)) < 2 or float(np.ptp(a)) == float(np.ptp(b)) == 0.0
