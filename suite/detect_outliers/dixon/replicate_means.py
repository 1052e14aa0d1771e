"""Return the mean of each sample after repeated Q tests."""

import math
from random import Random
from statistics import fmean

import numpy as np

from parelha.tasks.draws import Args

from ._shared import doubt, draw_table


def kept(rows: list[tuple[str, float]], q: list[float]) -> dict[str, float]:
    """Return the mean of each sample after repeated Q tests."""
    samples: dict[str, list[float]] = {}
    for name, result in rows:
        if not math.isnan(result):
            samples.setdefault(name, []).append(result)
    means = {}
    for name, results in samples.items():
        rest = sorted(results)
        while 3 <= len(rest) < len(q):
            low_gap, high_gap = rest[1] - rest[0], rest[-1] - rest[-2]
            limit = q[len(rest)] * (rest[-1] - rest[0])
            if max(low_gap, high_gap) <= limit:
                break
            rest = rest[1:] if low_gap > high_gap else rest[:-1]
        means[name] = fmean(rest)
    return means


Replicate = tuple[str, float]


def _replicates(rng: Random, size: int) -> list[Replicate]:
    samples = [f"s{number}" for number in range(1, 2 + size // 6)]
    rows: list[Replicate] = []
    for _ in range(size):
        far = rng.choice((-1, 1)) * rng.randint(20, 70) if rng.random() < 0.1 else 0
        lost = rng.random() < 0.05
        rows.append((rng.choice(samples), math.nan if lost else float(rng.randint(45, 55) + far)))
    return rows


def ordinary(rng: Random, size: int) -> Args:
    return (_replicates(rng, size), draw_table(rng))


def edges(rng: Random) -> list[Args]:
    return [
        # Equal gaps, and a table by which the next test removes nothing.
        ([("a", value) for value in (0.0, 46.0, 54.0, 100.0)], [0.0, 0.0, 0.0, 0.87, 0.45]),
        *(
            (rows, [0.0, 0.0, 0.0, 0.5, 0.45])
            for rows in (
                [],
                [("a", math.nan), ("b", float(rng.randint(1, 9))), ("a", math.nan)],
                [("a", 1.0), ("a", float(rng.randint(50, 90)))],
                [("a", 1.0), ("a", 3.0), ("a", 2.0), ("b", 3.0), ("b", 3.0), ("b", 3.0)],
                [("a", value) for value in (1.0, 2.0, 30.0, math.nan, float(rng.randint(90, 99)))],
                [("a", value) for value in (1.0, 2.0, 30.0, 3.0, float(rng.randint(90, 99)))],
                [("a", value) for value in (90.0, 88.0, 91.0, float(rng.randint(1, 9)))],
            )
        ),
    ]


def oracle(rows: list[Replicate], q: list[float]) -> object:
    samples: dict[str, list[float]] = {}
    for name, value in rows:
        if not math.isnan(value):
            samples.setdefault(name, []).append(value)
    for values in samples.values():
        while 3 <= len(values) < len(q) and np.ptp(values) > 0:
            doubtful, ratio = doubt(values)
            if ratio <= q[len(values)]:
                break
            values.remove(doubtful)
    return {name: float(np.mean(values)) for name, values in samples.items()}
