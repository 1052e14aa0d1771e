"""Return the path along which a river returns to its level."""

from random import Random

import numpy as np
from scipy.signal import lfilter

from parelha.tasks.draws import Args, numbers


def path(height: float, level: float, phi: float, days: int) -> list[float]:
    """Return the path along which a river returns to its level."""
    gap = height - level
    return [level + phi**day * gap for day in range(1, days + 1)]


def path_level_2(height: float, level: float, phi: float, days: int) -> list[float]:
    """Return the path along which a river returns to its level."""
    phi = max(-1.0, min(1.0, phi))
    gap = height - level
    path_ = [level + phi**day * gap for day in range(1, days + 1)]
    return [max(value, 0.0) for value in path_]


def ordinary(rng: Random, size: int) -> Args:
    level, last = numbers(rng, 2)
    return last, level, rng.choice([-0.5, 0.3, 0.6, 0.9]), rng.randint(2, size + 1)


def edges(rng: Random) -> list[Args]:
    return [
        (*numbers(rng, 2), 0.5, 0),
        (*numbers(rng, 2), 0.0, 2),
        (4.0, 4.0, float(rng.randint(1, 9)), 3),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (float(rng.randint(20, 40)), 10.0, 1.5, 3),
        (float(rng.randint(20, 40)), 10.0, -4.0, 4),
        (*numbers(rng, 2), 0.5, -2),
        (1.0, 5.0, -0.9, 3),
    ]


def oracle(height: float, level: float, phi: float, days: int) -> object:
    if not 0.0 <= phi <= 1.0 or height < 0.0 or level < 0.0 or days < 1:
        return NotImplemented
    # The deviation is the impulse response of a recursive filter.
    impulse = np.zeros(days + 1)
    impulse[0] = height - level
    return [float(level + gap) for gap in lfilter([1.0], [1.0, -phi], impulse)[1:]]


def mistake_one_step_only(height: float, level: float, phi: float, days: int) -> list[float]:
    return [level + phi * (height - level) for _ in range(days)]
