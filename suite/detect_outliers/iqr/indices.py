"""Return the indices of the values outside the fences."""

import numpy as np

from ._shared import draw_values, easy_edges, fence_edges, fences


def outlier_indices(values: list[float]) -> list[int]:
    """Return the indices of the values outside the fences."""
    ordered = sorted(values)
    quartiles = []
    for share in (0.25, 0.75):
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        step = ordered[high] - ordered[low]
        quartiles.append(ordered[low] + (place - low) * step)
    reach = 1.5 * (quartiles[1] - quartiles[0])
    return [
        i
        for i, value in enumerate(values)
        if value < quartiles[0] - reach or value > quartiles[1] + reach
    ]


def outlier_indices_level_2(values: list[float]) -> list[int]:
    """Return the indices of the values outside the fences."""
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
    return [
        i
        for i, value in enumerate(values)
        if value < quartiles[0] - reach or value > quartiles[1] + reach
    ]


ordinary = draw_values
edges = easy_edges
edges_level_2 = fence_edges


def oracle(values: list[float]) -> object:
    if not values:
        return []
    low, high = fences(values)
    return [
        int(i) for i in np.flatnonzero((np.asarray(values) < low) | (np.asarray(values) > high))
    ]
