"""Return the occupied cells that stand apart from all others."""

from random import Random

import numpy as np
from scipy.spatial.distance import cdist

from parelha.tasks.draws import Args


def apart(cells: list[tuple[int, int]], reach: int) -> list[tuple[int, int]]:
    """Return the occupied cells that stand apart from all others."""
    occupied = set(cells)
    steps = range(-reach, reach + 1)
    found = []
    for column, row in sorted(occupied):
        around = {(column + i, row + j) for i in steps for j in steps}
        if len(around & occupied) == 1:
            found.append((column, row))
    return found


def ordinary(rng: Random, size: int) -> Args:
    side = max(6, int(size**0.5) * 3)
    cells = [(rng.randint(-side, side), rng.randint(-side, side)) for _ in range(size)]
    return cells, rng.randint(1, 4)


def edges(rng: Random) -> list[Args]:
    return [
        ([], 2),
        ([(3, rng.randint(1, 9))] * 2, 1),
        ([(0, 0), (2, 2), (5, 2), (5, rng.randint(5, 9))], 2),
        ([(0, 0), (2, 2), (5, 2), (5, rng.randint(5, 9))], 1),
        ([(-1, 0), (-4, 1), (-4, -rng.randint(5, 9)), (-1, 0)], 3),
        ([(0, 0), (0, 1), (1, rng.randint(0, 1)), (9, 9)], 0),
    ]


def oracle(cells: list[tuple[int, int]], reach: int) -> object:
    table = np.array(sorted(set(cells))).reshape(-1, 2)
    near = (cdist(table, table, "chebyshev") <= reach).sum(axis=1)
    return [(int(x), int(y)) for x, y in table[near == 1]]
