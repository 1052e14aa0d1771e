"""Return how many readings of each pump stand out from those before."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args


def anomalies(readings: list[tuple[str, float]], k: float) -> dict[str, int]:
    """Return how many readings of each pump stand out from those before."""
    states: dict[str, tuple[int, float, float]] = {}
    counts: dict[str, int] = {}
    for pump, pressure in readings:
        n, mean, squares = states.get(pump, (0, 0.0, 0.0))
        step = pressure - mean
        if n >= 5 and abs(step) > k * math.sqrt(squares / (n - 1)):
            counts[pump] = counts.get(pump, 0) + 1
        mean += step / (n + 1)
        squares += step * (pressure - mean)
        states[pump] = (n + 1, mean, squares)
    return counts


def ordinary(rng: Random, size: int) -> Args:
    names = [f"pump{number}" for number in range(1, 3 + size // 100)]
    readings = []
    for _ in range(size):
        far = rng.choice((-1, 1)) * rng.randint(8, 40) / 2 if rng.random() < 0.05 else 0.0
        readings.append((rng.choice(names), 1e8 + rng.randint(0, 8) / 2 + far))
    # Four decimals: a ratio of sums of halves is hardly ever one of these limits exactly.
    return readings, rng.choice((2.8003, 3.0007))


def edges(rng: Random) -> list[Args]:
    return [
        ([(name, 1e8 + value) for name, value in rows], 3.0007)
        for rows in (
            [],
            [("p", 0.0), ("p", 2.0), ("p", 1.0), ("p", 1.0), ("p", float(rng.randint(40, 90)))],
            [("p", float(value)) for value in (0, 2, 1, 1, 2, rng.randint(40, 90), 3)],
            [("p", float(value)) for value in (0, 2, 1, 1, 2, -rng.randint(40, 90), 3)],
            [("p", 5.0), ("q", 90.0)] * 5
            + [("p", 90.0), ("q", 90.0), ("r", rng.randint(1, 9) / 2)],
            [("p", float(value)) for value in (0, 2, 1, 3, 2, 6, 90, rng.randint(40, 60), 400)],
        )
    ]


def oracle(readings: list[tuple[str, float]], k: float) -> object:
    counts = {}
    for name in {name for name, _ in readings}:
        values = np.array([value for other, value in readings if other == name]) - 1e8
        places = range(5, len(values))
        counts[name] = sum(
            bool(abs(values[i] - values[:i].mean()) > k * values[:i].std(ddof=1) + 1e-9)
            for i in places
        )
    return {name: count for name, count in counts.items() if count}
