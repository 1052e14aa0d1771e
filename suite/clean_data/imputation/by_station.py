"""Return the values with gaps filled within their stations."""

from random import Random
from statistics import median

import pandas as pd

from parelha.tasks.draws import Args, numbers


def fill(readings: list[tuple[str, float | None]], limit: int) -> list[float]:
    """Return the values with gaps filled within their stations."""
    known: dict[str, list[float]] = {}
    for station, value in readings:
        if value is not None:
            known.setdefault(station, []).append(value)
    middle = {station: median(values) for station, values in known.items()}
    overall = median(value for values in known.values() for value in values)
    last: dict[str, tuple[float, int]] = {}
    filled = []
    for station, value in readings:
        if value is not None:
            last[station] = (value, limit)
        else:
            value = middle.get(station, overall)
            before, left = last.get(station, (value, 0))
            if left > 0:
                value = before
                last[station] = (before, left - 1)
        filled.append(value)
    return filled


Reading = tuple[str, float | None]


def ordinary(rng: Random, size: int) -> Args:
    stations = [f"s{number}" for number in range(max(2, size // 12))]
    readings: list[Reading] = []
    for value in numbers(rng, size):
        known = value if rng.random() < 0.5 else None
        readings.append((rng.choice(stations), known))
    readings.append((stations[0], 7.5))
    return readings, rng.randint(1, 2)


def edges(rng: Random) -> list[Args]:
    return [
        ([("a", 1.0), ("b", None), ("a", 5.0)], 1),
        ([("a", None), ("a", 2.0), ("a", 9.0), ("a", None), ("a", None)], 1),
        ([("a", 0.0), ("b", 4.0), ("a", None), ("b", None), ("a", None), ("a", 8.0)], 2),
        ([("a", None), ("a", None), ("b", float(rng.randint(1, 9)))], 3),
        ([("a", 3.0), ("a", None), ("a", None), ("a", 6.0), ("a", None), ("a", None)], 1),
        ([("a", float(rng.randint(1, 9))), ("a", 20.0), *[("a", None)] * 4], 3),
    ]


def oracle(readings: list[Reading], limit: int) -> object:
    frame = pd.DataFrame(readings, columns=["station", "value"])
    values = frame["value"].astype(float)
    groups = values.groupby(frame["station"].astype("str"))
    filled = groups.ffill(limit=limit).fillna(groups.transform("median")).fillna(values.median())
    return [float(value) for value in filled]
