"""Return the half-axes of the ellipse that describes a cloud."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import draw_rows


def ellipse(places: list[list[float]]) -> tuple[float, float]:
    """Return the half-axes of the ellipse that describes a cloud."""
    n = len(places)
    if n < 2:
        return 0.0, 0.0
    east, north = zip(*places)
    us = [value - sum(east) / n for value in east]
    vs = [value - sum(north) / n for value in north]
    a = sum(u * u for u in us) / (n - 1)
    b = sum(u * v for u, v in zip(us, vs)) / (n - 1)
    c = sum(v * v for v in vs) / (n - 1)
    half = math.hypot(a - c, 2 * b) / 2
    middle = (a + c) / 2
    return math.sqrt(middle + half), math.sqrt(max(middle - half, 0.0))


def ordinary(rng: Random, size: int) -> Args:
    return ([row[:2] for row in draw_rows(rng, size)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([numbers(rng, 2)],),
        ([[0.0, 1.0], [0.0, 1.0], [4.0, 1.0]],),
        ([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], numbers(rng, 2)],),
        ([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]],),
    ]


def oracle(places: list[list[float]]) -> object:
    if len(places) < 2:
        return 0.0, 0.0
    spread = np.linalg.svd(np.array(places) - np.mean(places, axis=0), compute_uv=False)
    long, short = spread / np.sqrt(len(places) - 1.0)
    return float(long), float(short)
