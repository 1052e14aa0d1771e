"""Return the forecast of simple exponential smoothing."""

import math

from ._shared import draw_smoothed, nan_edges, smoothing_edges, smoothing_oracle


def forecast(sales: list[float], alpha: float) -> float:
    """Return the forecast of simple exponential smoothing."""
    level = sales[0]
    for sale in sales[1:]:
        level = alpha * sale + (1 - alpha) * level
    return level


def forecast_level_2(sales: list[float], alpha: float) -> float:
    """Return the forecast of simple exponential smoothing."""
    level = sales[0] if sales else 0.0
    for sale in sales[1:]:
        if not math.isnan(sale):
            level = alpha * sale + (1 - alpha) * level
    return level


ordinary = draw_smoothed
edges = smoothing_edges
edges_level_2 = nan_edges


def oracle(sales: list[float], alpha: float) -> object:
    smoothed = smoothing_oracle(sales, alpha)
    return smoothed[-1] if isinstance(smoothed, list) and smoothed else 0.0


def mistake_starts_at_zero(sales: list[float], alpha: float) -> float:
    level = 0.0
    for s in sales:
        level = alpha * s + (1 - alpha) * level
    return level
