"""Return the points within `factor` IQRs of the quartiles."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import draw_values, easy_edges, fence_edges


def keep_ordinary(points: list[float], factor: float) -> list[float]:
    """Return the points within `factor` IQRs of the quartiles."""
    ordered = sorted(points)
    corners = []
    for share in (0.25, 0.75):
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        step = ordered[high] - ordered[low]
        corners.append(ordered[low] + (place - low) * step)
    reach = factor * (corners[1] - corners[0])
    return [p for p in points if corners[0] - reach <= p <= corners[1] + reach]


def keep_ordinary_level_2(points: list[float], factor: float) -> list[float]:
    """Return the points within `factor` IQRs of the quartiles."""
    if not points:
        return []
    ordered = sorted(points)
    corners = []
    for share in (0.25, 0.75):
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        step = ordered[high] - ordered[low]
        corners.append(ordered[low] + (place - low) * step)
    reach = factor * (corners[1] - corners[0])
    return [p for p in points if corners[0] - reach <= p <= corners[1] + reach]


def ordinary(rng: Random, size: int) -> Args:
    return (*draw_values(rng, size), rng.choice([0.5, 1.0, 2.0, 3.0]))


def edges(rng: Random) -> list[Args]:
    return [(args[0], 1.5) for args in easy_edges(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *((args[0], 1.5) for args in fence_edges(rng)),
        (draw_values(rng, 9)[0], 0.0),
    ]


def oracle(points: list[float], factor: float) -> object:
    if not points:
        return []
    first, third = np.percentile(points, [25, 75])
    reach = factor * (third - first)
    return [p for p in points if first - reach <= p <= third + reach]
