"""Return starting centres, each as far as possible from the others."""

from random import Random

import numpy as np
from scipy.spatial.distance import pdist, squareform

from parelha.tasks.draws import Args, distinct, numbers


def starts(positions: list[float], k: int) -> list[float]:
    """Return starting centres, each as far as possible from the others."""
    picks = [positions[0]]
    for _ in range(k - 1):
        gaps = [min(abs(p - pick) for pick in picks) for p in positions]
        picks.append(positions[gaps.index(max(gaps))])
    return picks


def starts_level_2(positions: list[float], k: int) -> list[float]:
    """Return starting centres, each as far as possible from the others."""
    picks = positions[:1]
    while len(picks) < k and positions:
        gaps = [min(abs(p - pick) for pick in picks) for p in positions]
        if max(gaps) == 0:
            break
        picks.append(positions[gaps.index(max(gaps))])
    return picks


def ordinary(rng: Random, size: int) -> Args:
    return (
        [v * v / 2.0 for v in distinct(rng, size, 0, 40)],
        rng.randint(2, 3),
    )


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 1), 1),
        ([5.0, 0.0, 10.0, 4.0], 2),
        (distinct(rng, 4), 4),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], rng.randint(2, 9)),
        ([3.0, 3.0, 3.0], 2),
        ([1.0, 9.0, 1.0, 9.0], 3),
        ([5.0, 8.0, 2.0, 5.0, *numbers(rng, 1)], 2),
    ]


def oracle(positions: list[float], k: int) -> object:
    if not positions:
        return []
    gaps = squareform(pdist(np.array(positions)[:, np.newaxis]))
    chosen = [0]
    while len(chosen) < min(k, len(set(positions))):
        chosen.append(int(gaps[chosen].min(axis=0).argmax()))
    return [positions[i] for i in chosen]
