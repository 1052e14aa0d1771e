# attack 22: return an array larger than allowed
# must: bad_value
# ---
import numpy as np


def solve(values):
    return np.zeros(5 << 20)
