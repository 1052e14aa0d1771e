"""Return mean and standard error of the scores of the folds."""

from random import Random

import numpy as np
import pandas as pd
from scipy.stats import sem

from parelha.tasks.draws import Args, numbers


def summarise(scores: np.ndarray) -> tuple[float, float]:
    """Return mean and standard error of the scores of the folds."""
    error = scores.std(ddof=1) / np.sqrt(len(scores))
    return float(scores.mean()), float(error)


def summarise_level_2(scores: np.ndarray) -> tuple[float, float]:
    """Return mean and standard error of the scores of the folds."""
    known = scores[~np.isnan(scores)]
    if len(known) < 2:
        return float(known.sum()), 0.0
    error = known.std(ddof=1) / np.sqrt(len(known))
    return float(known.mean()), float(error)


def ordinary(rng: Random, size: int) -> Args:
    return (np.array(numbers(rng, size, 0.2, 1.0, 2)),)


def edges(rng: Random) -> list[Args]:
    return [
        (np.array([0.5, 0.5, 0.5, 0.5]),),
        (np.array([0.0, float(rng.randint(1, 9))]),),
        (np.array([-1.0, 1.0, 3.0, float(rng.randint(4, 9))]),),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (np.array([], dtype=float),),
        (np.array([np.nan, float(rng.randint(1, 9))]),),
        (np.array([np.nan, *numbers(rng, 3, 0.2, 1.0, 2)]),),
        (np.array([np.nan, np.nan]),),
    ]


def oracle(scores: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> object:
    known = pd.Series(scores).dropna()
    if len(known) < 2:
        return float(known.sum()), 0.0
    return float(known.mean()), float(sem(known))


def mistake_population_deviation(scores: np.ndarray) -> tuple[float, float]:
    return float(scores.mean()), float(scores.std() / np.sqrt(len(scores)))
