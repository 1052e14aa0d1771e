"""Return the values with outliers moved to the nearest fence."""

import numpy as np

from ._shared import draw_values, easy_edges, fence_edges, fences


def clip_outliers(values: list[float]) -> list[float]:
    """Return the values with outliers moved to the nearest fence."""
    ordered = sorted(values)
    quartiles = []
    for share in (0.25, 0.75):
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        step = ordered[high] - ordered[low]
        quartiles.append(ordered[low] + (place - low) * step)
    reach = 1.5 * (quartiles[1] - quartiles[0])
    low_fence, high_fence = quartiles[0] - reach, quartiles[1] + reach
    return [min(max(v, low_fence), high_fence) for v in values]


def clip_outliers_level_2(values: list[float]) -> list[float]:
    """Return the values with outliers moved to the nearest fence."""
    if not values:
        return []
    ordered = sorted(values)
    quartiles = []
    for share in (0.25, 0.75):
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        step = ordered[high] - ordered[low]
        quartiles.append(ordered[low] + (place - low) * step)
    reach = 1.5 * (quartiles[1] - quartiles[0])
    low_fence, high_fence = quartiles[0] - reach, quartiles[1] + reach
    return [min(max(v, low_fence), high_fence) for v in values]


ordinary = draw_values
edges = easy_edges
edges_level_2 = fence_edges


def oracle(values: list[float]) -> object:
    return [float(v) for v in np.clip(values, *fences(values))] if values else []
