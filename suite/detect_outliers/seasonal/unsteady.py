"""Return the season with the widest range."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import draw_demand, easy_edges, hard_edges


def unsteady_season(demand: list[float], period: int) -> int:
    """Return the season with the widest range."""
    ranges = []
    for season in range(period):
        members = demand[season::period]
        ranges.append(max(members) - min(members))
    return ranges.index(max(ranges))


def unsteady_season_level_2(demand: list[float], period: int) -> int:
    """Return the season with the widest range."""
    if not demand:
        return -1
    ranges = []
    for season in range(min(period, len(demand))):
        members = demand[season::period]
        ranges.append(max(members) - min(members))
    return ranges.index(max(ranges))


ordinary = draw_demand
edges = easy_edges


def edges_level_2(rng: Random) -> list[Args]:
    return [*hard_edges(rng), ([1.0, 5.0, 4.0, 8.0, 2.0 + rng.randint(0, 2)], 2)]


def oracle(demand: list[float], period: int) -> object:
    if not demand:
        return -1
    spreads = [float(np.ptp(demand[season::period])) for season in range(min(period, len(demand)))]
    return int(np.argmax(spreads))
