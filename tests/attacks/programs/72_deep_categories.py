# attack 72: categories that are categories themselves: text twice as long with every level
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import numpy as np
import pandas as pd


def solve(values):
    value = pd.Series([1])
    for _ in range(12):
        cell = np.empty(1, dtype=object)
        cell[0] = value
        labels = pd.Index(cell, dtype=object)
        dtype = pd.CategoricalDtype._from_fastpath(labels, ordered=False)
        value = pd.Series(pd.Categorical.from_codes([0], dtype=dtype))
    return value
