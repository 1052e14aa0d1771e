"""Return the weighted average of the newest observations."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def estimate(history: list[float], weights: list[float]) -> float:
    """Return the weighted average of the newest observations."""
    pairs = zip(reversed(history), weights)
    return sum(value * weight for value, weight in pairs) / sum(weights)


def estimate_level_2(history: list[float], weights: list[float]) -> float:
    """Return the weighted average of the newest observations."""
    pairs = list(zip(reversed(history), weights))
    total = sum(weight for _, weight in pairs)
    if total == 0:
        return 0.0
    return sum(value * weight for value, weight in pairs) / total


def ordinary(rng: Random, size: int) -> Args:
    count = rng.randint(2, min(3, size))
    return numbers(rng, size), [float(rng.randint(1, 5)) for _ in range(count)]


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 1), [3.0]),
        (numbers(rng, 4), [1.0]),
        (numbers(rng, 3), [1.0, 2.0, 4.0]),
        ([6.0] * 4, [0.5, 0.25]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], [1.0, 2.0]),
        (numbers(rng, 2), [3.0, 2.0, 9.0]),
        (numbers(rng, 2), [0.0, 0.0, 5.0]),
        (numbers(rng, 3), [0.0, 2.0]),
    ]


def oracle(history: list[float], weights: list[float]) -> object:
    recent = history[::-1][: len(weights)]
    used = weights[: len(recent)]
    return float(np.average(recent, weights=used)) if sum(used) else 0.0
