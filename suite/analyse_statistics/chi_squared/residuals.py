"""Return the Pearson residuals of a table."""

from random import Random

import numpy as np
import pandas as pd
from scipy.stats import contingency

from parelha.tasks.draws import Args

from ._shared import as_table, counts_of, tables


def residuals(table: pd.DataFrame) -> pd.DataFrame:
    """Return the Pearson residuals of a table."""
    cells = table.to_numpy(dtype=float)
    chance = np.outer(cells.sum(axis=1), cells.sum(axis=0)) / cells.sum()
    gaps = (cells - chance) / np.sqrt(chance)
    return pd.DataFrame(gaps, table.index, table.columns)


def residuals_level_2(table: pd.DataFrame) -> pd.DataFrame:
    """Return the Pearson residuals of a table."""
    cells = table.to_numpy(dtype=float)
    chance = np.outer(cells.sum(axis=1), cells.sum(axis=0))
    chance = chance / max(cells.sum(), 1.0)
    gaps = (cells - chance) / np.sqrt(np.where(chance > 0, chance, 1.0))
    return pd.DataFrame(gaps, table.index, table.columns)


ordinary = tables


def edges(rng: Random) -> list[Args]:
    return [
        as_table([[0, rng.randint(1, 9)], [7, 0]]),
        as_table([[rng.randint(1, 99)]]),
        as_table(counts_of(rng, 4, 2)),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        as_table([[0, 0], [0, 0]]),
        as_table([[0, 0, 0], [*counts_of(rng, 1, 3)[0]]]),
        as_table([[3, 0, rng.randint(1, 9)], [5, 0, 1]]),
        as_table([[1, 0], [0, rng.randint(2, 9)]]),
    ]


def oracle(table: pd.DataFrame) -> object:
    counts = table.to_numpy(dtype=float)
    if not counts.sum():
        return table * 0.0
    expected = contingency.expected_freq(counts)
    scale = np.sqrt(np.where(expected > 0, expected, 1.0))
    return pd.DataFrame((counts - expected) / scale, index=table.index, columns=table.columns)
