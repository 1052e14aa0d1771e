"""Return the signal limited to c standard deviations around its mean."""

import math
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers, with_outliers

from ._shared import array


def despike(signal: np.ndarray, c: float) -> np.ndarray:
    """Return the signal limited to c standard deviations around its mean."""
    reach = c * signal.std()
    centre = signal.mean()
    cut: np.ndarray = np.clip(signal, centre - reach, centre + reach)
    return cut


def despike_level_2(signal: np.ndarray, c: float) -> np.ndarray:
    """Return the signal limited to c standard deviations around its mean."""
    finite = signal[np.isfinite(signal)]
    if finite.size == 0:
        return signal
    reach = c * finite.std()
    centre = finite.mean()
    cut: np.ndarray = np.clip(signal, centre - reach, centre + reach)
    return cut


def ordinary(rng: Random, size: int) -> Args:
    return array(with_outliers(rng, size)), rng.choice([1.0, 1.5, 2.0])


def edges(rng: Random) -> list[Args]:
    return [
        (array(numbers(rng, 1)), 1.0),
        (array(numbers(rng, 4)), 0.0),
        (array([3.0] * rng.randint(2, 5)), 2.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (array([math.nan, math.inf]), float(rng.randint(1, 3))),
        (array([math.inf, *numbers(rng, 4), -math.inf]), 1.0),
        (array([*numbers(rng, 5), math.nan]), 0.5),
    ]


def _sigma_oracle(signal: Any, c: float) -> object:
    column = pd.Series(signal, dtype=float)
    known = column[np.isfinite(column)]
    if known.empty:
        return NotImplemented
    return column.clip(known.mean() - c * known.std(ddof=0), known.mean() + c * known.std(ddof=0))


def oracle(signal: np.ndarray, c: float) -> object:
    return (
        answer
        if isinstance(answer := _sigma_oracle(signal, c), type(NotImplemented))
        else np.asarray(answer)
    )


def mistake_around_zero(signal: Any, c: Any) -> Any:
    return np.clip(signal, -c * signal.std(), c * signal.std())
