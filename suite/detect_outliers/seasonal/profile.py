"""Return the mean demand of each season."""

from statistics import mean

from ._shared import draw_demand, easy_edges, hard_edges


def seasonal_profile(demand: list[float], period: int) -> list[float]:
    """Return the mean demand of each season."""
    profile = []
    for season in range(period):
        members = demand[season::period]
        profile.append(sum(members) / len(members))
    return profile


def seasonal_profile_level_2(demand: list[float], period: int) -> list[float]:
    """Return the mean demand of each season."""
    profile = []
    for season in range(min(period, len(demand))):
        members = demand[season::period]
        profile.append(sum(members) / len(members))
    return profile


ordinary = draw_demand
edges = easy_edges
edges_level_2 = hard_edges


def oracle(demand: list[float], period: int) -> object:
    return [float(mean(demand[season::period])) for season in range(min(period, len(demand)))]


def mistake_by_blocks(demand: list[float], period: int) -> list[float]:
    return [
        sum(demand[i * period : (i + 1) * period]) / period for i in range(len(demand) // period)
    ]
