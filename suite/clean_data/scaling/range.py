"""Return the values mapped linearly to the range low to high."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, Edges, numbers

from ._shared import easy_edges, flat_edges, ratio


def rescale(values: list[float], low: float, high: float) -> list[float]:
    """Return the values mapped linearly to the range low to high."""
    start = min(values)
    factor = (high - low) / (max(values) - start)
    return [low + (value - start) * factor for value in values]


def rescale_level_2(values: list[float], low: float, high: float) -> list[float]:
    """Return the values mapped linearly to the range low to high."""
    if not values or min(values) == max(values):
        return [low] * len(values)
    start = min(values)
    factor = (high - low) / (max(values) - start)
    return [low + (value - start) * factor for value in values]


def ordinary(rng: Random, size: int) -> Args:
    low = float(rng.randint(-5, 5))
    return numbers(rng, size), low, low + float(rng.randint(1, 10))


def _range_edges(edges: Edges) -> Edges:
    return lambda rng: [(args[0], -1.0, 1.0) for args in edges(rng)]


edges = _range_edges(easy_edges)
edges_level_2 = _range_edges(flat_edges)


def oracle(values: list[float], low: float, high: float) -> object:
    if not values:
        return []
    return [low + (high - low) * v for v in ratio(np.asarray(values) - min(values), np.ptp(values))]
