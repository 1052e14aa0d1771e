"""Autoregression of order one, AR(1); the whole family is kept for evaluation."""

from random import Random


def draw_levels(rng: Random, size: int) -> list[float]:
    """A series in which every value remembers the one before."""
    phi, level = rng.uniform(-0.8, 0.9), rng.uniform(-5.0, 40.0)
    series = [level]
    while len(series) < size:
        series.append(level + phi * (series[-1] - level) + rng.gauss(0.0, 3.0))
    return [round(value, 1) for value in series]


def draw_series(rng: Random, size: int) -> list[float]:
    phi, value = rng.uniform(-0.7, 0.9), 0.0
    values = []
    for _ in range(size):
        value = phi * value + rng.gauss(0.0, 2.0)
        values.append(round(20.0 + value, 2))
    return values
