"""Return the centres after one iteration of k-means."""

import math
from random import Random
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from parelha.tasks.draws import Args, numbers

from ._shared import draw_centres, draw_points


def step(points: list[float], centres: list[float]) -> list[float]:
    """Return the centres after one iteration of k-means."""
    members: list[list[float]] = [[] for _ in centres]
    for point in points:
        distances = [abs(point - centre) for centre in centres]
        members[distances.index(min(distances))].append(point)
    pairs = zip(members, centres)
    return [sum(own) / len(own) if own else old for own, old in pairs]


def step_level_2(points: list[float], centres: list[float]) -> list[float]:
    """Return the centres after one iteration of k-means."""
    members: list[list[float]] = [[] for _ in centres]
    for point in points:
        if not math.isnan(point):
            distances = [abs(point - centre) for centre in centres]
            members[distances.index(min(distances))].append(point)
    pairs = zip(members, centres)
    return [sum(own) / len(own) if own else old for own, old in pairs]


def ordinary(rng: Random, size: int) -> Args:
    return (draw_points(rng, size), sorted(draw_centres(rng)))


def edges(rng: Random) -> list[Args]:
    return [
        ([], [float(rng.randint(1, 9)), 20.0]),
        (numbers(rng, 3), [5.0]),
        ([1.0, 2.0, 2.5], [1.5, float(rng.randint(50, 99))]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([3.0, 1.0, 6.0], [5.0, 1.0]),
        ([math.nan, *numbers(rng, 3)], [1.0, 8.0, 400.0]),
        ([5.0, math.nan], [float(rng.randint(6, 9))]),
        ([math.nan], [7.0, float(rng.randint(1, 9))]),
    ]


def oracle(points: list[float], centres: list[float]) -> object:
    points = [point for point in points if not math.isnan(point)]
    if not points:
        return [float(c) for c in centres]
    own = cdist(np.array(points)[:, np.newaxis], np.array(centres)[:, np.newaxis]).argmin(axis=1)
    counts = np.bincount(own, minlength=len(centres))
    totals = np.bincount(own, weights=points, minlength=len(centres))
    return [float(t / n) if n else c for t, n, c in zip(totals, counts, centres, strict=True)]


def mistake_empty_is_zero(points: Any, centres: Any) -> Any:
    groups = [[] for _ in centres]  # type: ignore[var-annotated]
    for p in points:
        groups[min(range(len(centres)), key=lambda i: abs(p - centres[i]))].append(p)
    return [sum(g) / len(g) if g else 0.0 for g in groups]
