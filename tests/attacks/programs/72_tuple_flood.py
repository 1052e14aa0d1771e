# attack 72: labels that share a hash and are slow to tell apart
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import numpy as np
import pandas as pd


def solve(values):
    same = (0,) * 60
    labels = np.empty(2_000, dtype=object)
    for place in range(len(labels)):
        labels[place] = (*same, place * (2**61 - 1))
    dtype = pd.CategoricalDtype._from_fastpath(pd.Index(labels, dtype=object), ordered=False)
    return pd.Series(pd.Categorical.from_codes(np.arange(len(labels)), dtype=dtype))
