"""Return how many runs have a low outlier and how many a high one."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import doubt, draw_table


def tally(assays: list[float], width: int, critical: float) -> tuple[int, int]:
    """Return how many runs have a low outlier and how many a high one."""
    lows = highs = 0
    for start in range(0, len(assays) - width + 1, width):
        run = sorted(assays[start:start + width])
        below, above = run[1] - run[0], run[-1] - run[-2]
        limit = critical * (run[-1] - run[0])
        if limit < below > above:
            lows += 1
        elif above > limit:
            highs += 1
    return lows, highs


def ordinary(rng: Random, size: int) -> Args:
    values = []
    for _ in range(size):
        far = rng.choice((-1, 1)) * rng.randint(15, 70) if rng.random() < 0.08 else 0
        values.append(float(rng.randint(40, 60) + far))
    width = rng.randint(3, 9)
    return values, width, draw_table(rng)[width]


def edges(rng: Random) -> list[Args]:
    return [
        ([], 3, 0.5),
        ([1.0, float(rng.randint(40, 60))], 3, 0.5),
        ([5.0] * 6 + [float(rng.randint(40, 60))], 3, 0.4),
        # Both gaps are half of the range: more than 0.4, and not more than 0.5.
        ([1.0, 3.0, 2.0, 7.0, 9.0, 5.0, 1.0, 1.0, float(rng.randint(40, 60))], 3, 0.4),
        ([1.0, 3.0, 2.0, 7.0, 9.0, 5.0, 1.0, 9.0, 9.0, float(rng.randint(40, 60))], 3, 0.5),
        # The gap below is half of the range, and the larger one.
        ([0.0, 5.0, 6.0, 10.0, 1.0, 1.0, 2.0, float(rng.randint(40, 60))], 4, 0.5),
        ([9.0, 1.0, 10.0, 11.0, 60.0, 9.0, 8.0, 7.0, float(rng.randint(40, 60))], 4, 0.6),
    ]


def oracle(assays: list[float], width: int, critical: float) -> object:
    lows = highs = 0
    for start in range(0, len(assays) - width + 1, width):
        part = assays[start : start + width]
        if np.ptp(part) == 0:
            continue
        doubtful, ratio = doubt(part)
        if ratio > critical:
            lows += doubtful == min(part)
            highs += doubtful == max(part)
    return lows, highs
