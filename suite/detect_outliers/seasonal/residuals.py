"""Return the demand without its seasonal means."""

from statistics import fmean

from ._shared import draw_demand, easy_edges, hard_edges, residuals


def deseasonalise(demand: list[float], period: int) -> list[float]:
    """Return the demand without its seasonal means."""
    seasons = range(period)
    means = [fmean(demand[season::period]) for season in seasons]
    return [value - means[t % period] for t, value in enumerate(demand)]


def deseasonalise_level_2(demand: list[float], period: int) -> list[float]:
    """Return the demand without its seasonal means."""
    seasons = range(min(period, len(demand)))
    means = [fmean(demand[season::period]) for season in seasons]
    return [value - means[t % period] for t, value in enumerate(demand)]


ordinary = draw_demand
edges = easy_edges
edges_level_2 = hard_edges
oracle = residuals


def mistake_mean_of_all(demand: list[float], period: int) -> list[float]:
    return [v - sum(demand) / len(demand) for v in demand]
