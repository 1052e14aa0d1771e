# attack 72: categories whose labels share one hash
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import numpy as np
import pandas as pd


def solve(values):
    labels = pd.Index([k * (2**61 - 1) for k in range(8_000)], dtype=object)
    dtype = pd.CategoricalDtype._from_fastpath(labels, ordered=False)
    column = pd.Categorical.from_codes(np.arange(len(labels)), dtype=dtype)
    return pd.Series(column)
