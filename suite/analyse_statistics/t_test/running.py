"""Return the one-sample t after each of the readings."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args


def running_t(readings: list[float], mu: float) -> list[float]:
    """Return the one-sample t after each of the readings."""
    results = []
    mean, squares = 0.0, 0.0
    for n, reading in enumerate(readings, start=1):
        step = reading - mean
        mean += step / n
        squares += step * (reading - mean)
        if squares == 0:
            results.append(0.0)
        else:
            results.append((mean - mu) / (squares / (n - 1) / n) ** 0.5)
    return results


def ordinary(rng: Random, size: int) -> Args:
    """Readings of a million and a bit, as of a pressure in pascals."""
    centre = 1_000_000.0 + rng.randint(0, 900)
    readings = [round(rng.gauss(centre, 2.0), 2) for _ in range(size)]
    return [readings[0], readings[0], *readings], centre + rng.choice((-0.5, 0.5))


def edges(rng: Random) -> list[Args]:
    return [
        ([], 1_000_000.0),
        ([1_000_000.0 + rng.randint(1, 9)], 1_000_000.0),
        ([1_000_003.0] * rng.randint(2, 6), 1_000_000.0),
        ([1_000_001.0, 1_000_001.0, 1_000_004.0], 1_000_000.0 + rng.randint(2, 9)),
        ([1_000_002.5, 999_998.0, 1_000_000.0 + rng.randint(1, 9)], 1_000_000.5),
    ]


def oracle(readings: list[float], mu: float) -> object:
    values = pd.Series(readings, dtype=float) - 1_000_000.0
    grown = values.expanding()
    error = np.sqrt(grown.var() / np.arange(1, len(values) + 1))
    exact = [float(x) for x in (grown.mean() - (mu - 1_000_000.0)) / error]
    flat = [min(readings[: k + 1]) == max(readings[: k + 1]) for k in range(min(len(exact), 50))]
    return [0.0 if k < 50 and flat[k] else x for k, x in enumerate(exact)]
