"""Return the share of the variation that the groups explain."""

from random import Random
from statistics import mean, pvariance

import numpy as np

from parelha.tasks.draws import Args

from ._shared import Named, named, named_edges, squares_oracle


def eta_squared(groups: dict[str, list[float]]) -> float:
    """Return the share of the variation that the groups explain."""
    numbers = [x for group in groups.values() for x in group]
    centre = mean(numbers)
    explained = 0.0
    for group in groups.values():
        explained += len(group) * (mean(group) - centre) ** 2
    return explained / (len(numbers) * pvariance(numbers))


def eta_squared_level_2(groups: dict[str, list[float]]) -> float:
    """Return the share of the variation that the groups explain."""
    numbers = [x for group in groups.values() for x in group]
    if len(set(numbers)) < 2:
        return 0.0
    centre = mean(numbers)
    explained = 0.0
    for group in filter(None, groups.values()):
        explained += len(group) * (mean(group) - centre) ** 2
    return explained / (len(numbers) * pvariance(numbers))


ordinary = named
edges = named_edges


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ({},),
        ({"rye": [], "oats": [float(rng.randint(0, 9))]},),
        ({"rye": [4.0, 4.0], "oats": [4.0]},),
        ({"rye": [4.0, 4.0], "oats": [], "maize": [float(rng.randint(5, 9))]},),
    ]


def oracle(groups: Named) -> object:
    kept = [own for own in groups.values() if own]
    flat = len({x for own in kept for x in own}) < 2
    if flat:
        return 0.0
    between, within = np.array(squares_oracle(groups))
    return float(between / (between + within))


def mistake_unweighted_means(groups: dict[str, list[float]]) -> float:
    a = [x for g in groups.values() for x in g]
    return pvariance([sum(g) / len(g) for g in groups.values()]) / pvariance(a)
