# attack 72: an index whose labels share one hash
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import numpy as np
import pandas as pd


def solve(values):
    labels = pd.Index([k * (2**61 - 1) for k in range(8_000)], dtype=object)
    places = np.arange(len(labels))
    index = pd.MultiIndex([labels], [places], verify_integrity=False)
    type(index).remove_unused_levels = lambda self: self
    return index
