"""Contingency tables and the chi-squared statistic."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args

Rows = list[list[int]]


def counts_of(rng: Random, num_rows: int, num_columns: int) -> Rows:
    """Return rows of counts from 1 to 40."""
    return [[rng.randint(1, 40) for _ in range(num_columns)] for _ in range(num_rows)]


def as_table(rows: Rows) -> Args:
    """Return a DataFrame of counts, with labels, as the only argument."""
    labels = [f"group {place}" for place in range(len(rows))]
    columns = ["yes", "no", "maybe", "later"][: len(rows[0]) if rows else 2]
    return (pd.DataFrame(rows, index=labels, columns=columns, dtype="int64"),)


def tables(rng: Random, size: int) -> Args:
    """Return a table of about `size` cells without zeros."""
    return as_table(counts_of(rng, max(2, size // 3), rng.randint(2, 4)))
