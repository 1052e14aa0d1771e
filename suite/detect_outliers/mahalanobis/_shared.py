"""Outliers in several variables by the distance of Mahalanobis (1936), on numpy arrays."""

from random import Random

import numpy as np
import numpy.typing as npt
from scipy.spatial import distance

from parelha.tasks.draws import Args, Edges


def as_edges(*limits: float) -> tuple[Edges, Edges]:
    """Return the edges of levels 1 and 2 for functions of a table, and of a limit if given."""

    def easy(rng: Random) -> list[Args]:
        return [(table, *limits) for table in tables(rng)]

    def hard(rng: Random) -> list[Args]:
        return [(table, *limits) for table in flat_tables(rng)]

    return easy, hard


Matrix = npt.NDArray[np.float64]  # (rows, columns)


def draw_table(rng: Random, rows: int, columns: int, gaps: float = 0.0) -> Matrix:
    """Correlated columns, some rows far out, some numbers missing."""
    table = []
    for _ in range(rows):
        common = rng.gauss(0.0, 2.0)
        far = rng.choice((-1, 1)) * rng.uniform(6.0, 20.0) if rng.random() < 0.06 else 0.0
        row = [round(10.0 * j + (j + 1) * common + rng.gauss(0, 2), 2) for j in range(columns)]
        row[rng.randrange(columns)] += far
        if rng.random() < gaps:
            row[rng.randrange(columns)] = float("nan")
        table.append(row)
    return np.array(table).reshape(rows, columns)


def squares_of(table: Matrix, base: Matrix) -> Matrix:
    inverse = np.linalg.inv(np.cov(base.T))
    centre = base.mean(axis=0)
    return np.array([distance.mahalanobis(row, centre, inverse) ** 2 for row in table])


def matrix(rng: Random, rows: int, columns: int = 2) -> Matrix:
    """Correlated columns of different scale, with one row far out."""
    table = []
    for _ in range(max(rows, columns + 3)):
        common = rng.gauss(0.0, 2.0)
        table.append(
            [round(20.0 * j + (j + 1) * common + rng.gauss(0, 2), 1) for j in range(columns)]
        )
    place = rng.randrange(len(table))
    table[place][rng.randrange(columns)] += rng.choice((-1, 1)) * float(rng.randint(9, 30))
    return np.array(table)


def drawn(rng: Random, size: int) -> Args:
    """Return a table of two or three columns."""
    return (matrix(rng, size, rng.choice((2, 2, 3))),)


def tables(rng: Random) -> list[Matrix]:
    """Return small tables whose covariance can be inverted."""
    far = float(rng.randint(5, 40))
    return [
        np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [far, 4.0]]),
        np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.5], [-far, 0.5], [0.5, far]]),
        matrix(rng, 12, 4),
    ]


def flat_tables(rng: Random) -> list[Matrix]:
    """One row, no row, constant columns."""
    value, column = float(rng.randint(1, 9)), matrix(rng, 7)[:, :1]
    return [
        np.zeros((0, 2)),
        np.array([[value, 3.0]]),
        np.full((4, 2), value),
        np.column_stack([column, np.full(len(column), value)]),
        np.column_stack([np.full(8, 2.0), matrix(rng, 8)]),
    ]


def distances(x: Matrix) -> list[float]:
    """Distance of each row to the mean, with scipy; constant columns left out."""
    if len(x) < 2 or not np.ptp(x, axis=0).any():
        return [0.0] * len(x)
    varied = x[:, np.ptp(x, axis=0) > 0]
    inverse = np.linalg.inv(np.atleast_2d(np.cov(varied.T)))
    return [float(distance.mahalanobis(row, varied.mean(axis=0), inverse)) for row in varied]
