"""Return the number of outliers of each hour that has any."""

from random import Random
from statistics import median

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args


def hourly(log: list[tuple[int, float]], k: float) -> dict[int, int]:
    """Return the number of outliers of each hour that has any."""
    hours: dict[int, list[float]] = {}
    for minute, value in log:
        hours.setdefault(minute // 60, []).append(value)
    counts = {}
    for hour, values in hours.items():
        centre = median(values)
        gaps = [abs(value - centre) for value in values]
        limit = k * median(gaps)
        far = sum(0 < limit < gap for gap in gaps)
        if far > 0 and len(values) >= 5:
            counts[hour] = far
    return counts


def ordinary(rng: Random, size: int) -> Args:
    start = rng.randint(0, 5000)
    log = []
    for _ in range(size):
        minute = start + rng.randint(0, 6 * size)
        value = 20 + (minute // 60) % 24 + rng.randint(-3, 3)
        if rng.random() < 0.05:
            value += rng.choice((-30, -14, 14, 30))
        log.append((minute, float(value)))
    return log, rng.choice((3.53, 5.57))


def edges(rng: Random) -> list[Args]:
    return [
        ([], 3.0),
        ([(minute, float(minute % 7)) for minute in (0, 1, 2)] + [(59, 90.0)], 3.0),
        ([(minute, float(minute % 7)) for minute in (0, 1, 2, 3)] + [(59, 90.0)], 3.0),
        ([(minute, float(minute % 7)) for minute in (0, 1, 2, 3)] + [(60, 90.0)], 3.0),
        ([(70 + minute, 4.0) for minute in range(6)] + [(119, float(rng.randint(50, 90)))], 3.0),
        # Median 10 and MAD 1: one value is exactly on the limit, then beyond it.
        ([(130 + int(v), v) for v in (8.0, 9.0, 9.0, 10.0, 11.0, 11.0, 13.0)], 3.0),
        ([(130 + int(v), v) for v in (8.0, 9.0, 9.0, 10.0, 11.0, 11.0, 13.0, 6.0)], 2.5),
        ([(10, v / 8) for v in (8.0, 9.0, 9.0, 10.0, 11.0, 11.0, 16.0 + rng.randint(0, 3))], 3.0),
    ]


def oracle(log: list[tuple[int, float]], k: float) -> object:
    hours = np.array([minute // 60 for minute, _ in log])
    values = np.array([value for _, value in log])
    counts = {}
    for hour in np.unique(hours):
        part = values[hours == hour]
        mad = stats.median_abs_deviation(part)
        if len(part) >= 5 and mad > 0:
            far = int((np.abs(part - np.median(part)) > k * mad).sum())
            if far:
                counts[int(hour)] = far
    return counts
