"""Return for each point the index of the nearest centre."""

from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from parelha.tasks.draws import Args, numbers

from ._shared import draw_centres, draw_points


def assign(points: list[float], centres: list[float]) -> list[int]:
    """Return for each point the index of the nearest centre."""
    result = []
    for point in points:
        distances = [abs(point - centre) for centre in centres]
        result.append(distances.index(min(distances)))
    return result


def assign_level_2(points: list[float], centres: list[float | None]) -> list[int]:
    """Return for each point the index of the nearest centre."""
    left = [(c, index) for index, c in enumerate(centres) if c is not None]
    result = []
    for point in points:
        ranked = [(abs(point - c), index) for c, index in left]
        result.append(min(ranked)[1] if ranked else -1)
    return result


def ordinary(rng: Random, size: int) -> Args:
    return (draw_points(rng, size), draw_centres(rng))


def edges(rng: Random) -> list[Args]:
    return [
        ([], [1.0, 2.0]),
        (numbers(rng, 3), [5.0]),
        ([-9.5, 4.0, 99.0], [4.0, -3.0, 8.0]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 2), []),
        ([4.0, 2.0], [3.0, 5.0, 1.0]),
        (numbers(rng, 3), [None, 5.0]),
        ([1.0, 9.0], [None, float(rng.randint(4, 6)), None, 0.0]),
        (numbers(rng, 1), [None]),
    ]


def _nearest(points: list[float], centres: list[float]) -> npt.NDArray[np.int64]:
    x, c = np.array(points)[:, np.newaxis], np.array(centres)[:, np.newaxis]
    return np.asarray(cdist(x, c).argmin(axis=1))


def oracle(points: Any, centres: Any) -> object:
    return (
        [int(i) for i in _nearest(points, centres)]
        if points and centres and None not in centres
        else NotImplemented
    )


def mistake_signed_distance(points: list[float], centres: list[float]) -> list[int]:
    return [min(range(len(centres)), key=lambda i: p - centres[i]) for p in points]
