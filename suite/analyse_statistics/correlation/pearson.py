"""Return the Pearson correlation of two columns."""

import pandas as pd
from scipy import stats

from ._shared import columns_of, flat_edges, is_flat, plain_edges, related


def pearson(df: pd.DataFrame) -> float:
    """Return the Pearson correlation of two columns."""
    return float(df["x"].corr(df["y"]))


def pearson_level_2(df: pd.DataFrame) -> float:
    """Return the Pearson correlation of two columns."""
    rows = df.dropna()
    if rows["x"].nunique() < 2 or rows["y"].nunique() < 2:
        return 0.0
    return float(rows["x"].corr(rows["y"]))


ordinary = related
edges = plain_edges
edges_level_2 = flat_edges


def oracle(df: pd.DataFrame) -> object:
    x, y = columns_of(df)
    return 0.0 if is_flat(x) or is_flat(y) else float(stats.pearsonr(x, y).statistic)


def mistake_covariance(df: pd.DataFrame) -> float:
    return float(df["x"].cov(df["y"]))
