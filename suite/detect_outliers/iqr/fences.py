"""Return the lower and the upper fence."""

import numpy as np

from ._shared import draw_values, easy_edges, fence_edges, fences


def outlier_limits(values: list[float]) -> tuple[float, float]:
    """Return the lower and the upper fence."""
    ordered = sorted(values)
    quartiles = []
    for share in (0.25, 0.75):
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        step = ordered[high] - ordered[low]
        quartiles.append(ordered[low] + (place - low) * step)
    reach = 1.5 * (quartiles[1] - quartiles[0])
    return quartiles[0] - reach, quartiles[1] + reach


def outlier_limits_level_2(values: list[float]) -> tuple[float, float]:
    """Return the lower and the upper fence."""
    if not values:
        return 0.0, 0.0
    ordered = sorted(values)
    quartiles = []
    for share in (0.25, 0.75):
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        step = ordered[high] - ordered[low]
        quartiles.append(ordered[low] + (place - low) * step)
    reach = 1.5 * (quartiles[1] - quartiles[0])
    return quartiles[0] - reach, quartiles[1] + reach


ordinary = draw_values
edges = easy_edges
edges_level_2 = fence_edges


def oracle(values: list[float]) -> object:
    return fences(values) if values else (0.0, 0.0)


def mistake_another_factor(values: list[float]) -> tuple[float, float]:
    a, b = np.percentile(values, [25, 75])
    return a - 3 * (b - a), b + 3 * (b - a)


def mistake_no_interpolation(values: list[float]) -> tuple[float, float]:
    s = sorted(values)
    a, b = s[len(s) // 4], s[3 * len(s) // 4]
    return a - 1.5 * (b - a), b + 1.5 * (b - a)
