"""Outliers by the test of Grubbs (Technometrics 11, 1969): one suspect, judged by mean and s."""

from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args, redraw, with_outliers


def draw_values(rng: Random, size: int) -> Args:
    return (with_outliers(rng, max(size, 4)),)


def lists(rng: Random) -> list[list[float]]:
    return [
        [1.0, 2.0, float(rng.randint(6, 99))],
        [-value for value in with_outliers(rng, 9)],
        [-3.0] * 6 + [float(rng.randint(20, 40))],
        [5.0, 9.0, float(-rng.randint(9, 60)), 8.0],
    ]


def easy_edges(rng: Random) -> list[Args]:
    return [(values,) for values in lists(rng)]


def flat_edges(rng: Random) -> list[Args]:
    value = float(rng.randint(1, 50))
    return [([],), ([value],), ([value, value + 9.0],), ([value] * 5,)]


def distance(values: list[float]) -> float:
    """Return the statistic G; 0 where it is not defined."""
    if len(values) < 3 or np.ptp(values) == 0:
        return 0.0
    away = np.abs(np.asarray(values) - np.mean(values))
    return float(away.max() / np.std(values, ddof=1))


def judged(rng: Random, size: int) -> Args:
    """Values and a critical value near the statistic, clear of rounding."""
    values = with_outliers(rng, max(size, 4))
    return values, draw_critical(rng, values)


def draw_critical(rng: Random, values: list[float]) -> float:
    statistic = distance(values)
    return redraw(
        lambda: [round(statistic * rng.choice((0.8, 0.95, 1.05, 1.3)), 2)],
        lambda drawn: abs(drawn[0] - statistic) > 1e-3,
    )[0]


def judged_edges(rng: Random) -> list[Args]:
    edges = [(values, draw_critical(rng, values)) for values in lists(rng)]
    return [*edges, ([30.0, 29.0, 30.0, 2.0], 1.45)]


def limit_edges(rng: Random) -> list[Args]:
    low, step = float(rng.randint(-9, 9)), float(rng.randint(1, 9))
    # Mean and s are exact and G is exactly 1: on the limit in any program.
    on_limit = [low, low + step, low + 2 * step]
    flat = [(*args, 0.5) for args in flat_edges(rng)]
    return [*flat, (on_limit, 1.0), ([*on_limit[:2], low + 9 * step], 1.0)]


def critical_of(count: int, alpha: float) -> float:
    quantile = stats.t.ppf(1 - alpha / (2 * count), count - 2)
    ratio = quantile**2 / (count - 2 + quantile**2)
    return float((count - 1) / np.sqrt(count) * np.sqrt(ratio))


def margin_of(values: list[float], alpha: float, turns: int) -> float:
    """Return how near any of the first turns of the repeated test comes to its critical value."""
    rest, margin = np.asarray(values), 1.0
    for _ in range(turns):
        if len(rest) < 3 or np.ptp(rest) == 0:
            break
        away = np.abs(rest - rest.mean())
        margin = min(margin, abs(away.max() / rest.std(ddof=1) - critical_of(len(rest), alpha)))
        rest = np.delete(rest, int(away.argmax()))
    return float(margin)


def sample(rng: Random, size: int, alpha: float, turns: int) -> list[float]:
    """Values with up to five outliers, away from the borders of the first turns."""
    while True:
        values = with_outliers(rng, size, min(rng.randint(0, 5), size // 4))
        if margin_of(values, alpha, turns) > 1e-6:
            return values


def near(rng: Random, factor: float, alpha: float) -> list[float]:
    """Return a few values, the last with a statistic of `factor` times the critical value."""
    base = [round(rng.gauss(20.0, 2.0), 1) for _ in range(rng.randint(4, 9))]
    low, high = max(base), max(base) + 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        values = np.asarray([*base, middle])
        statistic = (middle - values.mean()) / values.std(ddof=1)
        if statistic < factor * critical_of(len(values), alpha):
            low = middle
        else:
            high = middle
    return [*base, round(low, 5)]
