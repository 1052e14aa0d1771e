"""Return the mean rate of the money left after trimming both ends."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def trimmed(amounts: list[float], rates: list[float], cut: float) -> float:
    """Return the mean rate of the money left after trimming both ends."""
    whole = sum(amounts)
    if whole == 0:
        return 0.0
    low, high = cut * whole, (1 - cut) * whole
    start, earned = 0.0, 0.0
    for rate, amount in sorted(zip(rates, amounts)):
        stop = start + amount
        inside = min(stop, high) - max(start, low)
        earned += rate * max(inside, 0.0)
        start = stop
    return earned / (high - low)


def ordinary(rng: Random, size: int) -> Args:
    amounts = [float(rng.randint(0, 40) * 25) for _ in range(size)]
    rates = numbers(rng, size, -8.0, 15.0)
    return [*amounts[:-1], 500.0], rates, rng.choice((0.05, 0.1, 0.2))


def edges(rng: Random) -> list[Args]:
    return [
        ([], [], 0.1),
        ([0.0, 0.0], numbers(rng, 2), 0.2),
        ([100.0], numbers(rng, 1), 0.25),
        ([100.0, 0.0, 300.0], numbers(rng, 3), 0.4),
        ([1000.0, 10.0, 10.0], [2.0, -30.0, float(rng.randint(20, 60))], 0.1),
        ([50.0] * 4, numbers(rng, 4), 0.0),
    ]


def oracle(amounts: list[float], rates: list[float], cut: float) -> object:
    total = sum(amounts)
    if total == 0:
        return 0.0
    order = sorted(range(len(rates)), key=lambda place: rates[place])
    ends = np.cumsum([amounts[place] for place in order])
    starts = np.concatenate(([0.0], ends[:-1]))
    low, high = cut * total, (1 - cut) * total
    inside = np.clip(np.minimum(ends, high) - np.maximum(starts, low), 0.0, None)
    return float(np.average([rates[place] for place in order], weights=inside))
