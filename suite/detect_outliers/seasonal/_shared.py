"""Outliers in a seasonal series: what remains after the typical value of each season is removed.

The wholly held-out family for unseen tasks; classical seasonal means and medians as in textbooks on
time series (Cleveland et al., STL, 1990, for the robust idea).
"""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

# Whole numbers: sums, medians and differences are exact in any program.


def draw_demand(rng: Random, size: int) -> Args:
    """A series of two to four seasons with a shock or two, and the number of seasons."""
    period = rng.randint(2, 4)
    pattern = [rng.randint(10, 50) for _ in range(period)]
    length = max(size, 2 * period)
    series = [float(pattern[t % period] + rng.randint(-3, 3)) for t in range(length)]
    series[rng.randrange(length)] += float(rng.choice((-1, 1)) * rng.randint(12, 30))
    return series, period


def with_bound(rng: Random, size: int) -> Args:
    return (*draw_demand(rng, size), rng.choice((3.23, 5.41, 9.17)))


def easy_edges(rng: Random) -> list[Args]:
    shock = float(rng.randint(20, 60))
    return [
        ([1.0, 9.0, 3.0, 9.0, shock, 7.0], 2),
        ([5.0, 1.0, -shock, 7.0, 1.0, 2.0, 9.0], 3),
        ([4.0, shock, 6.0], 1),
        ([2.0, 8.0, 5.0, shock, 2.0, 8.0, 5.0, 1.0], 4),
    ]


def hard_edges(rng: Random) -> list[Args]:
    value = float(rng.randint(1, 9))
    return [
        ([], 3),
        ([value], 2),
        ([value, value + 40.0, value], 7),
        ([value, 5.0, value + 6.0, 5.0, value, 5.0, value - 9.0, 30.0], 2),
    ]


def bounded(edges: list[Args], bound: float) -> list[Args]:
    return [(*edge, bound) for edge in edges]


def residuals(series: list[float], period: int, robust: bool = False) -> list[float]:
    """Return each value minus the mean, or the median, of its season, by slicing with numpy."""
    values = np.asarray(series, dtype=float)
    rest = values.copy()
    for season in range(min(period, len(series))):
        part = values[season::period]
        rest[season::period] -= np.median(part) if robust else part.mean()
    return [float(value) for value in rest]
