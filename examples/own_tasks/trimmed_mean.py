"""Mean without the extremes."""

from random import Random

import numpy as np
from scipy import stats


def trimmed_mean(values: list[float], share: float) -> float:
    """Return the mean of the values without the extremes."""
    if not values:
        return 0.0
    left_out = int(share * len(values))
    end = len(values) - left_out
    kept = sorted(values)[left_out:end]
    return sum(kept) / len(kept)


def ordinary(rng: Random, size: int) -> tuple[object, ...]:
    """Draw one plain input of about `size` elements; `rng` is the only source of chance."""
    values = [round(rng.uniform(-20.0, 80.0), 1) for _ in range(size)]
    return values, rng.choice([0.1, 0.2, 0.25, 0.4])


def edges(rng: Random) -> list[tuple[object, ...]]:
    """Draw the inputs at the limits of what the statement says."""
    value = round(rng.uniform(1.0, 9.0), 1)
    return [
        ([], 0.25),
        ([value], 0.4),
        ([value, -value], 0.0),
        ([5.0, 1.0, value, 900.0], 0.25),
        ([value] * 5, 0.2),
        ([4.0, 1.0, 3.0, 2.0, 700.0, -50.0, value], 0.45),
    ]


def oracle(values: list[float], share: float) -> float:
    """Answer by another way, if there is one; where it does not apply, return NotImplemented."""
    return float(stats.trim_mean(np.asarray(values), share)) if values else 0.0


def mistake_trims_one_end(values: list[float], share: float) -> float:
    """Give a plausible wrong answer: the hidden inputs must tell it from a right one."""
    kept = sorted(values)[int(share * len(values)) :]
    return sum(kept) / len(kept) if kept else 0.0


def mistake_does_not_sort(values: list[float], share: float) -> float:
    """Leave out the first and the last instead of the smallest and the largest."""
    left_out = int(share * len(values))
    kept = values[left_out : len(values) - left_out]
    return sum(kept) / len(kept) if kept else 0.0


def mistake_rounds_up(values: list[float], share: float) -> float:
    """Leave out one more at each end where the share is no whole number."""
    left_out = min(round(share * len(values) + 0.49), (len(values) - 1) // 2)
    kept = sorted(values)[left_out : len(values) - left_out]
    return sum(kept) / len(kept) if kept else 0.0
