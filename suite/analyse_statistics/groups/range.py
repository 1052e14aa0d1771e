"""Return the largest minus the smallest value of each group."""

import math
from random import Random

from parelha.tasks.draws import Args

from ._shared import easy_edges, frame, grouped, nan_edges


def ranges(groups: list[str], values: list[float]) -> dict[str, float]:
    """Return the largest minus the smallest value of each group."""
    by_group: dict[str, list[float]] = {}
    for group, value in zip(groups, values):
        by_group.setdefault(group, []).append(value)
    return {group: max(own) - min(own) for group, own in by_group.items()}


def ranges_level_2(groups: list[str], values: list[float]) -> dict[str, float]:
    """Return the largest minus the smallest value of each group."""
    by_group: dict[str, list[float]] = {}
    for group, value in zip(groups, values):
        if not math.isnan(value):
            by_group.setdefault(group, []).append(value)
    return {group: max(own) - min(own) for group, own in by_group.items()}


ordinary = grouped


def edges(rng: Random) -> list[Args]:
    return [*easy_edges(rng), ([], [])]


edges_level_2 = nan_edges


def oracle(groups: list[str], values: list[float]) -> object:
    by_group = frame(groups, values).groupby(level=0)
    return (by_group.max() - by_group.min()).to_dict()
