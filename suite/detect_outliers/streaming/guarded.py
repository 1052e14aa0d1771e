"""Return the indices of rejected numbers."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args


def guard(stream: list[float | None], warmup: int, k: float) -> list[int]:
    """Return the indices of rejected numbers."""
    count = 0
    mean = squares = 0.0
    rejected = []
    for i, value in enumerate(stream):
        if value is None:
            continue
        step = value - mean
        if count >= warmup and abs(step) > k * math.sqrt(squares / count):
            rejected.append(i)
            continue
        count += 1
        mean += step / count
        squares += step * (value - mean)
    return rejected


def _stream(rng: Random, size: int, gaps: float = 0.05) -> list[float | None]:
    """Whole numbers around a level; now and then one is far, now and then one is lost."""
    values: list[float | None] = []
    for _ in range(size):
        far = rng.choice((-1, 1)) * rng.randint(12, 60) if rng.random() < 0.06 else 0
        values.append(None if rng.random() < gaps else float(round(rng.gauss(30.0, 3.0)) + far))
    return values


def ordinary(rng: Random, size: int) -> Args:
    return (
        _stream(rng, size),
        rng.randint(3, 6),
        rng.choice((2.5003, 3.0007)),
    )


def edges(rng: Random) -> list[Args]:
    return [
        ([], 2, 3.0),
        ([None, None], rng.randint(1, 3), 3.0),
        ([4.0, 4.0, None, float(rng.randint(5, 9)), 4.0], 2, 3.0),
        ([4.0, 4.0, None, float(rng.randint(5, 9)), 4.0], 3, 3.0),
        ([1.0, 3.0, 1.0, 3.0, float(rng.randint(40, 60)), 5.0, 3.0], 4, 2.5003),
        ([-1.0, -3.0, None, -1.0, -3.0, float(rng.randint(-60, -40)), -4.0], 4, 1.5003),
        ([float(rng.randint(1, 9)), 20.0, 30.0], 1, 2.0),
    ]


def oracle(stream: list[float | None], warmup: int, k: float) -> object:
    accepted: list[float] = []
    rejected = []
    for place, value in enumerate(stream):
        if value is None:
            continue
        far = len(accepted) >= warmup and abs(value - np.mean(accepted)) > k * np.std(accepted)
        if far:
            rejected.append(place)
        else:
            accepted.append(value)
    return rejected
