"""Return the share of resamples in which b has the larger sum."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import Floats, Places, draw_resamples, edge


def win(a: np.ndarray, b: np.ndarray, ia: np.ndarray, ib: np.ndarray) -> float:
    """Return the share of resamples in which b has the larger sum."""
    gap = b[ib].mean(axis=1) - a[ia].mean(axis=1)
    return float((gap > 0).mean())


def win_level_2(a: np.ndarray, b: np.ndarray, ia: np.ndarray, ib: np.ndarray) -> float:
    """Return the share of resamples in which b has the larger sum."""
    gap = b[ib].mean(axis=1) - a[ia].mean(axis=1)
    if len(gap) == 0:
        return 0.5
    ties = np.abs(gap) < 1e-9
    return float((ties / 2 + (gap > 1e-9)).mean())


def ordinary(rng: Random, size: int) -> Args:
    # Thirds, quarters and sixths of whole numbers never equal a quarter plus a tenth: no ties.
    a = [float(rng.randint(0, 20)) for _ in range(rng.choice((3, 4, 6)))]
    b = [rng.randint(3, 23) + 0.1 for _ in range(4)]
    return (
        np.array(a, dtype=float),
        np.array(b, dtype=float),
        draw_resamples(rng, size, len(a)),
        draw_resamples(rng, size, len(b)),
    )


def _four(a: list[float], b: list[float], ia: list[list[int]], ib: list[list[int]]) -> Args:
    first, second = edge(a, ia, 2), edge(b, ib, 2)
    return first[0], second[0], first[1], second[1]


def edges(rng: Random) -> list[Args]:
    return [
        _four([5.0], [float(rng.randint(6, 9))], [[0, 0]], [[0, 0]]),
        _four([1.0, 9.0], [4.1, 6.1], [[0, 0], [1, 1], [0, 1]], [[1, 1], [0, 0], [1, 1]]),
        _four([8.0, 7.0], [0.1, float(rng.randint(1, 6))], [[0, 1]] * 3, [[0, 1]] * 3),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        _four(numbers(rng, 2), numbers(rng, 2), [], []),
        _four([4.0, 6.0], [5.0, float(rng.randint(6, 9))], [[0, 1]] * 2, [[0, 0], [1, 1]]),
        _four([0.1, 0.2], [0.2, 0.1], [[0, 1], [0, 0]], [[0, 1], [rng.randint(0, 1)] * 2]),
        _four([3.0, 1.0], [3.0, 2.0], [[0, 0]] * 2, [[0, 0], [rng.randint(0, 1), 1]]),
    ]


def oracle(a: Floats, b: Floats, ia: Places, ib: Places) -> object:
    wins = 0.0
    for first, second in zip(ia.tolist(), ib.tolist(), strict=True):
        left, right = sum(a[k] for k in first), sum(b[k] for k in second)
        gap = float(right * len(first) - left * len(second))
        wins += 0.5 if abs(gap) < 1e-6 else float(gap > 0)
    return wins / len(ia) if len(ia) else 0.5
