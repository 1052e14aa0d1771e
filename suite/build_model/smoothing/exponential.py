"""Return the exponentially smoothed series."""

import math

from ._shared import draw_smoothed, nan_edges, smoothing_edges, smoothing_oracle


def smooth(values: list[float], alpha: float) -> list[float]:
    """Return the exponentially smoothed series."""
    smoothed = [values[0]]
    for value in values[1:]:
        smoothed.append(alpha * value + (1 - alpha) * smoothed[-1])
    return smoothed


def smooth_level_2(values: list[float], alpha: float) -> list[float]:
    """Return the exponentially smoothed series."""
    smoothed = values[:1]
    for value in values[1:]:
        last = smoothed[-1]
        known = last if math.isnan(value) else value
        smoothed.append(alpha * known + (1 - alpha) * last)
    return smoothed


ordinary = draw_smoothed
edges = smoothing_edges
edges_level_2 = nan_edges
oracle = smoothing_oracle


def mistake_swapped_weights(values: list[float], alpha: float) -> list[float]:
    s = [values[0]]
    for v in values[1:]:
        s.append((1 - alpha) * v + alpha * s[-1])
    return s
