"""Outliers by z-score: how many standard deviations a value lies from the mean."""

import math
from random import Random

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import Args, Edges, Ordinary, numbers, off_border, redraw, with_outliers


def drawn(threshold: float, min_size: int, sample: bool = False) -> Ordinary:
    """Inputs of at least `min_size` values, one or two of them far out."""

    def ordinary(rng: Random, size: int) -> Args:
        length = max(size, min_size)
        count = 2 if length > 10 and rng.random() < 0.5 else 1
        return (
            redraw(
                lambda: with_outliers(rng, length, count),
                lambda values: off_border(values, threshold, sample),
            ),
        )

    return ordinary


def split_by_formula(values: list[float], threshold: float) -> bool:
    """Whether dividing by n and by n - 1 disagree on an outlier, clear of rounding."""
    population, sample = np.abs(z_scores(values)), np.abs(z_scores(values, ddof=1))
    return bool(((population > threshold + 1e-6) & (sample < threshold - 1e-6)).any())


def easy_edges(threshold: float, sample: bool = False) -> Edges:
    """Small, spread, negative and repeated values; never all equal."""

    def edges(rng: Random) -> list[Args]:
        # From this size on a lone value can pass the threshold: sqrt(n - 1) > threshold.
        tight = math.floor(threshold**2 + 1) + 1
        lists = [
            redraw(
                lambda: with_outliers(rng, tight + rng.randint(0, 3)),
                lambda v: split_by_formula(v, threshold) and off_border(v, threshold, sample),
            ),
            redraw(lambda: numbers(rng, 3), lambda v: off_border(v, threshold, sample)),
            redraw(lambda: numbers(rng, 9), lambda v: off_border(v, threshold, sample)),
            redraw(
                lambda: [-value for value in with_outliers(rng, 12)],
                lambda v: off_border(v, threshold, sample),
            ),
            [7.0] * 11 + [90.0],
            [-3.0] * 6 + [40.0] + [-3.0] * 6,
        ]
        return [(values,) for values in lists]

    return edges


def flat_edges(rng: Random) -> list[Args]:
    """No value, one, and equal ones."""
    value = numbers(rng, 1)[0]
    return [([],), ([value],), ([value] * 6,)]


def on_limit(*pattern: int) -> Edges:
    """Whole numbers whose mean and deviation are exact, one of them exactly on the limit."""

    def edges(rng: Random) -> list[Args]:
        shift = rng.randint(-9, 9)
        return [*flat_edges(rng), ([float(value + shift) for value in pattern],)]

    return edges


def z_scores(values: list[float], ddof: int = 0) -> npt.NDArray[np.float64]:
    """z-scores, shaped like the values; zeros where there is no spread."""
    if len(values) < 2 or np.ptp(values) == 0:
        return np.zeros(len(values))
    return np.asarray((np.asarray(values) - np.mean(values)) / np.std(values, ddof=ddof))
