"""Return the surprises of an autoregression."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers

from ._shared import draw_levels


def surprises(loads: np.ndarray, base: float, phi: float) -> np.ndarray:
    """Return the surprises of an autoregression."""
    return loads[1:] - (base + phi * loads[:-1])


def surprises_level_2(loads: np.ndarray, base: float, phi: float) -> np.ndarray:
    """Return the surprises of an autoregression."""
    result = []
    last = 0.0
    for place, load in enumerate(loads):
        if place:
            known = not np.isnan(load)
            result.append(load - base - phi * last if known else 0.0)
        last = last if np.isnan(load) else load
    return np.array(result, dtype=float)


def ordinary(rng: Random, size: int) -> Args:
    return np.array(draw_levels(rng, size)), *numbers(rng, 1, -3, 3), rng.choice([-0.5, 0.4, 0.9])


def edges(rng: Random) -> list[Args]:
    return [
        (np.array(numbers(rng, 1)), 1.0, 0.5),
        (np.array([8.0, 4.0, 2.0, 1.0]), 0.0, 0.5),
        (np.array(numbers(rng, 3)), 2.0, 0.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (np.array([], dtype=float), 1.0, 0.5),
        (np.array([np.nan, *numbers(rng, 2)]), 1.0, 0.5),
        (np.array([*numbers(rng, 2), np.nan, np.nan, *numbers(rng, 2)]), -1.0, 0.25),
        (np.array([np.nan]), 1.0, 0.5),
    ]


def oracle(loads: np.ndarray, base: float, phi: float) -> object:
    return (
        np.nan_to_num(loads[1:] - base - phi * pd.Series(loads).ffill().fillna(0.0).to_numpy()[:-1])
        if len(loads)
        else np.zeros(0)
    )
