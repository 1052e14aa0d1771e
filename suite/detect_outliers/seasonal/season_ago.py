"""Return how often demand is far from that of one period ago."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import bounded, easy_edges, hard_edges, with_bound


def surprises(demand: list[float], period: int, bound: float) -> int:
    """Return how often demand is far from that of one period ago."""
    pairs = zip(demand, demand[period:])
    return sum(abs(later - earlier) > bound for earlier, later in pairs)


ordinary = with_bound


def edges(rng: Random) -> list[Args]:
    return bounded(easy_edges(rng), 2.25)


def edges_level_2(rng: Random) -> list[Args]:
    return bounded(hard_edges(rng), 6.0)


def oracle(demand: list[float], period: int, bound: float) -> object:
    values = np.asarray(demand, dtype=float)
    return int((np.abs(values[period:] - values[:-period]) > bound).sum())


def mistake_neighbours(demand: list[float], period: int, bound: float) -> int:
    return sum(abs(b - a) > bound for a, b in zip(demand, demand[1:]))
