"""Return Pearson's chi-squared statistic of a table."""

from random import Random

import numpy as np
import pandas as pd
from scipy import stats

from parelha.tasks.draws import Args

from ._shared import as_table, counts_of, tables


def chi_squared(table: pd.DataFrame) -> float:
    """Return Pearson's chi-squared statistic of a table."""
    counts = table.to_numpy(dtype=float)
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    expected = np.outer(rows, columns) / counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


def chi_squared_level_2(table: pd.DataFrame) -> float:
    """Return Pearson's chi-squared statistic of a table."""
    counts = table.to_numpy(dtype=float)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    expected = np.outer(rows, columns) / counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


ordinary = tables


def edges(rng: Random) -> list[Args]:
    return [
        as_table([[0, rng.randint(1, 9)], [7, 0]]),
        as_table([[1, 2], [rng.randint(10, 20), 40]]),
        as_table(counts_of(rng, 1, 3)),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        as_table([[0, 0], [0, 0]]),
        as_table([[0, 0, 0], [*counts_of(rng, 1, 3)[0]], [4, 0, 9]]),
        as_table([[3, 0, rng.randint(1, 9)], [5, 0, 1]]),
        as_table([[rng.randint(1, 9), 0], [5, 0]]),
        as_table([[1, rng.randint(1, 5)], [0, 1]]),
    ]


def oracle(table: pd.DataFrame) -> object:
    counts = table.to_numpy()
    counts = counts[counts.any(axis=1)][:, counts.any(axis=0)] if counts.size else counts
    if min(counts.shape) < 2:
        return 0.0
    return float(stats.chi2_contingency(counts, correction=False).statistic)


def mistake_equal_expectations(table: pd.DataFrame) -> float:
    e = table.to_numpy().mean()
    return float(((table.to_numpy() - e) ** 2 / e).sum())
