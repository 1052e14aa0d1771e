"""Outliers by the Q test of Dean and Dixon (1951): a gap at the end, measured against the range.

A wholly held-out family for unseen tasks. Critical values are arguments; no table is asked for.
"""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, distinct

# Whole numbers: gaps and ranges are exact, and so is a ratio of one half.


def draw_assay(rng: Random, size: int) -> list[float]:
    """Different whole numbers, one of them away from the others at either end."""
    values = distinct(rng, max(size, 4), 40, 70)
    far = rng.choice((rng.randint(5, 36), rng.randint(74, 110)))
    values[rng.randrange(len(values))] = float(far)
    return values


def drawn(rng: Random, size: int) -> Args:
    return (draw_assay(rng, size),)


def easy_lists(rng: Random) -> list[list[float]]:
    base = float(rng.randint(-9, 9))
    return [
        [1.0, 2.0, float(rng.randint(5, 30))],
        [50.0, float(rng.randint(1, 20)), 48.0, 55.0],
        [-4.0, -1.0, -3.0, -float(rng.randint(20, 60)), 0.5],
        [12.0, 9.0, float(rng.randint(60, 90)), 10.0, 9.5, 11.0],
        [base, base + 13.0, base + 10.0, base + 16.0, base + 5.0],
        [4.0, 1.0, 9.0, 6.0],  # equal gaps
        [1.0, 3.0, base + 40.0, base + 44.0],  # the widest gap is inside
    ]


def flat_lists(rng: Random) -> list[list[float]]:
    value = float(rng.randint(1, 40))
    return [[], [value], [value, value + 5.0], [value] * 4, [value, value + 9.0, value]]


def ratio_of(assay: list[float]) -> float:
    """Return the larger of the two end ratios; 0 where the test cannot be made."""
    if len(assay) < 3 or np.ptp(assay) == 0:
        return 0.0
    gaps = np.diff(np.sort(assay))
    return float(max(gaps[0], gaps[-1]) / gaps.sum())


def suspect_oracle(assay: list[float]) -> object:
    if len(assay) < 3 or np.ptp(assay) == 0:
        return None
    gaps = np.diff(np.sort(assay))
    return float(np.min(assay) if gaps[0] > gaps[-1] else np.max(assay))


def draw_table(rng: Random) -> list[float]:
    """Return critical values for n = 3 to 12 at index n, off simple fractions."""
    scale = rng.choice((0.75, 1.0))
    return [0.0] * 3 + [round(scale * (0.2 + 2.2 / n) + 0.00037, 5) for n in range(3, 13)]


def doubt(values: list[float]) -> tuple[float, float]:
    """Return the doubtful value and its ratio."""
    ordered = np.sort(values)
    gaps = np.diff(ordered)
    doubtful = ordered[0] if gaps[0] > gaps[-1] else ordered[-1]
    return float(doubtful), float(max(gaps[0], gaps[-1]) / np.ptp(ordered))
