"""Return where every forward test begins and ends."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args


def tests(days: int, first: int, horizon: int) -> list[tuple[int, int]]:
    """Return where every forward test begins and ends."""
    starts = range(first, days - horizon + 1, horizon)
    return [(start, start + horizon) for start in starts]


def tests_level_2(days: int, first: int, horizon: int) -> list[tuple[int, int]]:
    """Return where every forward test begins and ends."""
    if horizon < 1:
        return []
    starts = range(max(first, 1), days - horizon + 1, horizon)
    return [(start, start + horizon) for start in starts]


def ordinary(rng: Random, size: int) -> Args:
    return size + rng.randint(2, 20), rng.randint(2, 5), rng.randint(1, 3)


def edges(rng: Random) -> list[Args]:
    return [
        (rng.randint(10, 30), 4, 1),
        (10, 4, 3),
        (5, 4, 2),
        (9, 1, 8),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (rng.randint(10, 30), 3, 0),
        (rng.randint(6, 9), 0, 2),
        (rng.randint(6, 9), -2, 3),
        (0, 1, 1),
    ]


def _windows_oracle(days: int, first: int, horizon: int) -> object:
    starts = np.arange(max(first, 1), max(days - horizon, 0) + 1, horizon)
    return [(int(s), int(s) + horizon) for s in starts]


def oracle(days: int, first: int, horizon: int) -> object:
    return _windows_oracle(days, first, horizon) if horizon > 0 else []
