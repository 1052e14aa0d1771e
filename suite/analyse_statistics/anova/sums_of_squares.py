"""Return the sums of squares between and within groups."""

from random import Random
from statistics import mean, pvariance

from parelha.tasks.draws import Args

from ._shared import named, named_edges, squares_oracle, whole


def sums_of_squares(groups: dict[str, list[float]]) -> tuple[float, float]:
    """Return the sums of squares between and within groups."""
    centre = mean(x for group in groups.values() for x in group)
    between = within = 0.0
    for group in groups.values():
        between += len(group) * (mean(group) - centre) ** 2
        within += sum((x - mean(group)) ** 2 for x in group)
    return between, within


def sums_of_squares_level_2(groups: dict[str, list[float]]) -> tuple[float, float]:
    """Return the sums of squares between and within groups."""
    numbers = [x for group in groups.values() for x in group]
    between = within = 0.0
    for group in groups.values():
        if group:
            between += len(group) * (mean(group) - mean(numbers)) ** 2
            within += sum((x - mean(group)) ** 2 for x in group)
    return between, within


ordinary = named
edges = named_edges


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ({},),
        ({"rye": []},),
        ({"rye": [], "oats": whole(rng, 3), "maize": whole(rng, 2)},),
    ]


oracle = squares_oracle


def mistake_unweighted_groups(groups: dict[str, list[float]]) -> tuple[float, float]:
    b = pvariance([sum(g) / len(g) for g in groups.values()])
    return b * len(groups), sum(len(g) * pvariance(g) for g in groups.values())
