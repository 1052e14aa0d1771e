"""Return the values outside the fences of Tukey."""

import numpy as np

from ._shared import draw_values, easy_edges, fence_edges, fences


def iqr_outliers(values: list[float]) -> list[float]:
    """Return the values outside the fences of Tukey."""
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
    return [v for v in values if v < low_fence or v > high_fence]


def iqr_outliers_level_2(values: list[float]) -> list[float]:
    """Return the values outside the fences of Tukey."""
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
    return [v for v in values if v < low_fence or v > high_fence]


ordinary = draw_values
edges = easy_edges
edges_level_2 = fence_edges


def oracle(values: list[float]) -> object:
    if not values:
        return []
    low, high = fences(values)
    return [value for value in values if not low <= value <= high]


def mistake_above_only(values: list[float]) -> list[float]:
    a, b = np.percentile(values, [25, 75])
    return [v for v in values if v > b + 1.5 * (b - a)]
