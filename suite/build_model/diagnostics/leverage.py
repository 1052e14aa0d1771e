"""Return the leverage of every dose in a straight-line fit."""

from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import Args, distinct


def leverage(dose: np.ndarray) -> np.ndarray:
    """Return the leverage of every dose in a straight-line fit."""
    gaps = dose - dose.mean()
    return np.asarray(1 / len(dose) + gaps**2 / (gaps**2).sum())


def leverage_level_2(dose: np.ndarray) -> np.ndarray:
    """Return the leverage of every dose in a straight-line fit."""
    known = dose[~np.isnan(dose)]
    if len(known) == 0:
        return dose.copy()
    gaps = dose - known.mean()
    spread = np.nansum(gaps**2) if np.ptp(known) > 0 else 1.0
    return np.asarray(1 / len(known) + gaps**2 / spread)


def ordinary(rng: Random, size: int) -> Args:
    return (np.array(distinct(rng, size, 0, 40)),)


def edges(rng: Random) -> list[Args]:
    return [
        (np.array([1.0, float(rng.randint(2, 9))]),),
        (np.array([0.0, 0.0, 0.0, float(rng.randint(2, 9))]),),
        (np.array([-1.0, 0.0, 1.0, 50.0]),),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (np.array([], dtype=float),),
        (np.array([np.nan, np.nan]),),
        (np.array([4.0, 4.0, np.nan, 4.0]),),
        (np.array([1.0, np.nan, 2.0, float(rng.randint(5, 30))]),),
    ]


Vector = npt.NDArray[np.float64]


def oracle(dose: Vector) -> object:
    known = ~np.isnan(dose)
    if np.unique(dose[known]).size < 2:
        return NotImplemented
    design = np.column_stack([np.ones(known.sum()), dose[known]])
    result = np.full(len(dose), np.nan)
    result[known] = np.diag(design @ np.linalg.pinv(design))
    return result


def mistake_without_the_mean(dose: Any) -> Any:
    return (dose - dose.mean()) ** 2 / ((dose - dose.mean()) ** 2).sum()
