# attack 72: an index whose levels are ranges
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import numpy as np
import pandas as pd


def solve(values):
    levels = [pd.RangeIndex(9_999_999)] * 30
    index = pd.MultiIndex(levels, [np.zeros(4, dtype=np.int8)] * 30, verify_integrity=False)
    type(index).remove_unused_levels = lambda self: self
    return index
