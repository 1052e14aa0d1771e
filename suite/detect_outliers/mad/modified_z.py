"""Return the number of modified z-scores beyond 3.5."""

from random import Random
from statistics import median

from parelha.tasks.draws import Args

from ._shared import distances, draw_values, easy_edges, flat_edges


def count_modified(data: list[float]) -> int:
    """Return the number of modified z-scores beyond 3.5."""
    middle = median(data)
    spread = median(abs(x - middle) for x in data)
    return sum(0.6745 * abs(x - middle) / spread > 3.5 for x in data)


def count_modified_level_2(data: list[float]) -> int:
    """Return the number of modified z-scores beyond 3.5."""
    if not data:
        return 0
    middle = median(data)
    spread = median(abs(x - middle) for x in data)
    if spread == 0:
        return 0
    return sum(0.6745 * abs(x - middle) / spread > 3.5 for x in data)


ordinary = draw_values


def edges(rng: Random) -> list[Args]:
    return [
        *easy_edges(rng),
        ([1.0, 2.0, 3.0, 4.0, 5.0, 8.3, 8.1, -2.3],),
        ([0.0, 1.0, 2.0, 3.0, 4.0, 7.1, -30.0],),
    ]


edges_level_2 = flat_edges


def oracle(data: list[float]) -> object:
    return sum(0.6745 * d > 3.5 for d in distances(data))
