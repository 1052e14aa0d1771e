# attack 38: the right number as an array
# must: wrong
# ---
import numpy as np


def solve(values):
    return np.array(sum(values) / len(values))
