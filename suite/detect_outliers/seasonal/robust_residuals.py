"""Return the outlying residuals with their times."""

from random import Random
from statistics import median

import numpy as np

from parelha.tasks.draws import Args


def odd(series: list[float | None], period: int) -> list[tuple[int, float]]:
    """Return the outlying residuals with their times."""
    known = [(t, value) for t, value in enumerate(series) if value is not None]
    seasons: dict[int, list[float]] = {}
    for t, value in known:
        seasons.setdefault(t % period, []).append(value)
    middle = {season: median(values) for season, values in seasons.items()}
    residuals = [(t, value - middle[t % period]) for t, value in known]
    if not residuals:
        return []
    scale = median(abs(residual) for _, residual in residuals)
    return [pair for pair in residuals if 0 < 4.5 * scale < abs(pair[1])]


def ordinary(rng: Random, size: int) -> Args:
    """A seasonal series of whole numbers with shocks and gaps, and its number of seasons."""
    period = rng.choice((2, 4, 7, 12)) if size >= 20 else 2
    pattern = [rng.randint(20, 80) for _ in range(period)]
    series: list[float | None] = []
    for t in range(size):
        shock = rng.choice((-1, 1)) * rng.randint(10, 60) if rng.random() < 0.07 else 0
        value = float(pattern[t % period] + rng.randint(-4, 4) + shock)
        series.append(None if rng.random() < 0.06 else value)
    return series, period


def edges(rng: Random) -> list[Args]:
    return [
        ([], 3),
        ([None, None, None], rng.randint(1, 3)),
        ([4.0, 9.0, 4.0, 9.0, 4.0, float(rng.randint(20, 60))], 2),
        ([1.0, None, 3.0, 9.0, 2.0, 12.0, float(rng.randint(20, 60)), 10.0], 2),
        # Medians 3 and 0, scale 2: the residual 9 is exactly 4.5 scales.
        ([1.0, -2.0, 3.0, 0.0, 5.0, 9.0, 3.0, 2.0, 12.5, -9.5 - rng.randint(0, 3)], 2),
        ([5.0, None, 8.0, float(rng.randint(20, 60))], 9),
        ([1.0, 1.125, 0.875, 2.0, 0.75 - rng.randint(0, 3)], 1),
    ]


def oracle(series: list[float | None], period: int) -> object:
    values = np.array([np.nan if value is None else value for value in series], dtype=float)
    for season in range(min(period, len(values))):
        part = values[season::period]
        if not np.isnan(part).all():
            values[season::period] = part - np.nanmedian(part)
    away = np.abs(values)
    if np.isnan(away).all() or np.nanmedian(away) == 0:
        return []
    places = np.flatnonzero(away > 4.5 * np.nanmedian(away))
    return [(int(t), float(values[t])) for t in places]
