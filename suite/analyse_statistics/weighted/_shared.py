"""Weighted statistics: means and medians in which values count unequally."""

from random import Random


def whole(rng: Random, size: int, low: int = 1, high: int = 9) -> list[float]:
    return [float(rng.randint(low, high)) for _ in range(size)]
