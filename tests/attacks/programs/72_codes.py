# attack 72: a column of millions of codes
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import numpy as np
import pandas as pd


def solve(values):
    dtype = pd.CategoricalDtype([0])
    return pd.Series(pd.Categorical.from_codes(np.zeros(4_000_000, dtype=np.int8), dtype=dtype))
