"""Return the mean of each group."""

import math
from random import Random

from parelha.tasks.draws import Args

from ._shared import easy_edges, frame, grouped, nan_edges


def means(groups: list[str], values: list[float]) -> dict[str, float]:
    """Return the mean of each group."""
    by_group: dict[str, list[float]] = {}
    for group, value in zip(groups, values):
        by_group.setdefault(group, []).append(value)
    return {group: sum(own) / len(own) for group, own in by_group.items()}


def means_level_2(groups: list[str], values: list[float]) -> dict[str, float]:
    """Return the mean of each group."""
    by_group: dict[str, list[float]] = {}
    for group, value in zip(groups, values):
        if not math.isnan(value):
            by_group.setdefault(group, []).append(value)
    return {group: sum(own) / len(own) for group, own in by_group.items()}


ordinary = grouped


def edges(rng: Random) -> list[Args]:
    return [*easy_edges(rng), ([], [])]


edges_level_2 = nan_edges


def oracle(groups: list[str], values: list[float]) -> object:
    return frame(groups, values).groupby(level=0).mean().to_dict()


def mistake_last_value_of_a_group(groups: list[str], values: list[float]) -> dict[str, float]:
    return dict(zip(groups, values))
