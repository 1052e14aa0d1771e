"""Return the profits with k values of each tail pulled in."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import draw_series, easy_series, hard_series, series


def pull_in(profits: pd.Series, k: int) -> pd.Series:
    """Return the profits with k values of each tail pulled in."""
    ranked = sorted(profits)
    return profits.clip(lower=ranked[k], upper=ranked[-k - 1])


def pull_in_level_2(profits: pd.Series, k: int) -> pd.Series:
    """Return the profits with k values of each tail pulled in."""
    ranked = sorted(profits.dropna())
    if len(ranked) <= 2 * k:
        return profits
    return profits.clip(lower=ranked[k], upper=ranked[-k - 1])


def ordinary(rng: Random, size: int) -> Args:
    (s,) = draw_series(rng, size)
    return s, rng.randint(0, (len(s) - 1) // 2)  # type: ignore[arg-type]


def edges(rng: Random) -> list[Args]:
    return [(s, rng.randint(0, (len(s) - 1) // 2)) for s in easy_series(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *((s, 1) for s in hard_series(rng)),
        (series([1.0, 5.0, 2.0, float(rng.randint(9, 60))]), 2),
    ]


def oracle(profits: pd.Series, k: int) -> object:
    known = np.sort(profits.to_numpy()[~np.isnan(profits.to_numpy())])
    if len(known) <= 2 * k:
        return profits
    values = np.clip(profits.to_numpy(), known[k], known[len(known) - 1 - k])
    return pd.Series(values, index=profits.index, dtype="float64")
