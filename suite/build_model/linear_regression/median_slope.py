"""Return the median slope between pairs of clock readings."""

from itertools import combinations
from random import Random
from statistics import median

from scipy.stats import theilslopes

from parelha.tasks.draws import Args, numbers


def drift(hours: list[float], errors: list[float]) -> float:
    """Return the median slope between pairs of clock readings."""
    slopes = [
        (b[1] - a[1]) / (b[0] - a[0])
        for a, b in combinations(zip(hours, errors), 2)
        if a[0] != b[0]
    ]
    return median(slopes) if slopes else 0.0


def ordinary(rng: Random, size: int) -> Args:
    drift = rng.uniform(-3.0, 3.0)
    hours = [float(h) for h in rng.sample(range(5 * size), size)]
    errors = [round(drift * h + rng.gauss(0.0, 4.0), 1) for h in hours]
    errors[0] += 500.0
    return hours, errors


def edges(rng: Random) -> list[Args]:
    return [
        ([], []),
        (numbers(rng, 1), [2.0]),
        ([3.0, 3.0], numbers(rng, 2)),
        ([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 900.0]),
        ([5.0, 5.0, 1.0, 2.0], numbers(rng, 4)),
    ]


def oracle(hours: list[float], errors: list[float]) -> object:
    if len(set(hours)) < 2:
        return 0.0
    return float(theilslopes(errors, hours).slope)
