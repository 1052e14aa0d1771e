"""Principal component analysis, with answers that do not depend on the sign of an axis."""

from random import Random

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]


def cloud(rng: Random, size: int, num_columns: int = 0) -> Matrix:
    """Points that vary most along one direction, and less and less along the others."""
    num_columns = num_columns or rng.randint(2, 3)
    slope = rng.uniform(0.5, 2.0)
    rows = []
    for _ in range(size):
        first = rng.uniform(-9.0, 9.0)
        rows.append([first, slope * first + rng.gauss(0.0, 2.0), rng.gauss(1.0, 0.5)][:num_columns])
    return np.round(np.array(rows), 1)


def gap_of(x: Matrix) -> Matrix:
    x = x.copy()
    x[1, 0] = np.nan
    return x


def draw_rows(rng: Random, size: int) -> list[list[float]]:
    rows = []
    for _ in range(size):
        first, second = rng.gauss(0.0, 6.0), rng.gauss(0.0, 2.5)
        third = first - second + rng.gauss(0.0, 1.0)
        rows.append([round(v, 2) for v in (first, 100.0 + second, third)])
    return rows
