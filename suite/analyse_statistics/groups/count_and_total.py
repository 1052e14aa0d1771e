"""Return the number of values and their sum for each group."""

import math
from random import Random

from parelha.tasks.draws import Args

from ._shared import easy_edges, frame, grouped, nan_edges


def sums(keys: list[str], values: list[float]) -> dict[str, tuple[int, float]]:
    """Return the number of values and their sum for each group."""
    totals: dict[str, tuple[int, float]] = {}
    for key, value in zip(keys, values):
        count, total = totals.get(key, (0, 0.0))
        totals[key] = (count + 1, total + value)
    return totals


def sums_level_2(keys: list[str], values: list[float]) -> dict[str, tuple[int, float]]:
    """Return the number of values and their sum for each group."""
    totals: dict[str, tuple[int, float]] = {}
    for key, value in zip(keys, values):
        if not math.isnan(value):
            count, total = totals.get(key, (0, 0.0))
            totals[key] = (count + 1, total + value)
    return totals


ordinary = grouped


def edges(rng: Random) -> list[Args]:
    return [*easy_edges(rng), ([], [])]


edges_level_2 = nan_edges


def oracle(groups: list[str], values: list[float]) -> object:
    by_group = frame(groups, values).groupby(level=0)
    return {str(name): (len(own), float(own.sum())) for name, own in by_group}


def mistake_totals_of_all(keys: list[str], values: list[float]) -> dict[str, tuple[int, float]]:
    return {k: (len(values), sum(values)) for k in keys}
