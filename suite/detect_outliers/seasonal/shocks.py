"""Return the times at which demand leaves its seasonal median."""

from random import Random
from statistics import median

from parelha.tasks.draws import Args

from ._shared import bounded, easy_edges, hard_edges, residuals, with_bound


def shocks_of(demand: list[float], period: int, bound: float) -> list[int]:
    """Return the times at which demand leaves its seasonal median."""
    shocks = []
    for t, value in enumerate(demand):
        usual = median(demand[t % period::period])
        if abs(value - usual) > bound:
            shocks.append(t)
    return shocks


ordinary = with_bound


def edges(rng: Random) -> list[Args]:
    return bounded(easy_edges(rng), 2.25)


def edges_level_2(rng: Random) -> list[Args]:
    return bounded(hard_edges(rng), 6.0)


def oracle(demand: list[float], period: int, bound: float) -> object:
    return [t for t, rest in enumerate(residuals(demand, period, True)) if abs(rest) > bound]


def mistake_median_of_all(demand: list[float], period: int, bound: float) -> list[int]:
    usual = median(demand)
    return [t for t, v in enumerate(demand) if abs(v - usual) > bound]
