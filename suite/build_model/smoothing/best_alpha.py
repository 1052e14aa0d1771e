"""Return the smoothing parameter with the smallest error, and this."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def choose(values: list[float], alphas: list[float]) -> tuple[float, float]:
    """Return the smoothing parameter with the smallest error, and this."""
    if len(values) < 2:
        return min(alphas), 0.0

    def error(alpha: float) -> float:
        level, total = values[0], 0.0
        for value in values[1:]:
            total += abs(value - level)
            level += alpha * (value - level)
        return round(total / (len(values) - 1), 9)

    best = min(sorted(alphas), key=error)
    return best, error(best)


def ordinary(rng: Random, size: int) -> Args:
    value, values = 0.0, []
    memory = rng.choice([0.0, 0.6, 1.0])
    for _ in range(size):
        value = memory * value + rng.gauss(0.0, 3.0)
        values.append(round(value + rng.gauss(0.0, 2.0), 2))
    return values, rng.sample([0.1, 0.2, 0.3, 0.5, 0.7, 0.9], rng.randint(2, 5))


def edges(rng: Random) -> list[Args]:
    return [
        ([], [0.5, 0.2]),
        (numbers(rng, 1), [0.9, 0.3, 0.4]),
        ([4.0, 4.0, 4.0], [0.7, 0.3, 0.5]),
        (numbers(rng, 2), [0.8, 0.6]),
        ([0.0, 10.0, 20.0, float(rng.randint(30, 60))], [0.2, 0.9, 0.5]),
        ([1.0, -1.0, 1.0, -1.0, 1.0], [0.9, 0.1]),
    ]


def oracle(values: list[float], alphas: list[float]) -> object:
    if len(values) < 2:
        return min(alphas), 0.0
    series = pd.Series(values)
    found = []
    for alpha in sorted(alphas):
        smooth = series.ewm(alpha=alpha, adjust=False).mean()
        found.append((round(float((series - smooth.shift()).abs().mean()), 9), alpha))
    error, best = min(found)
    return best, error
