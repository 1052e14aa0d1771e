# attack 72: an array of arrays of objects
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import numpy as np


def solve(values):
    value = np.empty(45_000, dtype=object)
    value[:] = None
    outer = np.empty(5, dtype=object)
    for place in range(5):
        outer[place] = value
    return outer
