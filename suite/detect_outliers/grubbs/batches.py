"""Return the place of the outlier of each batch that has one."""

from random import Random
from statistics import fmean, stdev

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args


def faulty(readings: list[tuple[str, float]], limit: float) -> dict[str, int]:
    """Return the place of the outlier of each batch that has one."""
    batches: dict[str, list[int]] = {}
    for place, (name, _) in enumerate(readings):
        batches.setdefault(name, []).append(place)
    found = {}
    for name, places in batches.items():
        values = [readings[place][1] for place in places]
        if len(values) < 3 or max(values) == min(values):
            continue
        mean = fmean(values)
        away = [abs(value - mean) for value in values]
        if max(away) / stdev(values) > limit:
            found[name] = places[away.index(max(away))]
    return found


def ordinary(rng: Random, size: int) -> Args:
    names = [f"B{number}" for number in range(1, 3 + size // 25)]
    centres = {name: rng.uniform(10.0, 60.0) for name in names}
    readings = []
    for _ in range(size):
        name = rng.choice(names)
        far = rng.choice((-1, 1)) * rng.uniform(8.0, 30.0) if rng.random() < 0.02 else 0.0
        readings.append((name, round(rng.gauss(centres[name], 1.5) + far, 3)))
    return readings, rng.choice((2.0001, 2.5001, 3.0001))


def edges(rng: Random) -> list[Args]:
    return [
        ([], 2.0),
        ([("A", 1.0), ("B", 5.0), ("A", float(rng.randint(20, 90)))], 0.5),
        ([("A", float(rng.randint(2, 9)))] * 4 + [("B", 1.0), ("B", 2.0), ("B", 9.0)], 1.1),
        ([("A", 3.0), ("B", 3.0), ("A", 5.0), ("B", 3.0), ("A", 7.0), ("B", 3.5)], 0.9),
        ([("A", 3.0), ("A", 5.0), ("A", 7.0), ("B", float(rng.randint(2, 9)))], 1.0),
        ([("x", 9.0), ("x", -60.0), ("x", 8.0), ("x", 8.5), ("y", 8.0), ("x", 7.0)], 1.7),
    ]


def oracle(readings: list[tuple[str, float]], critical: float) -> object:
    found: dict[str, int] = {}
    for name in {name for name, _ in readings}:
        places = [place for place, (other, _) in enumerate(readings) if other == name]
        values = np.asarray([readings[place][1] for place in places])
        if len(values) > 2 and np.ptp(values) > 0:
            scores = np.abs(stats.zscore(values, ddof=1))
            if scores.max() > critical:
                found[name] = places[int(scores.argmax())]
    return found
