# attack 72: an array of millions of rows without a cell
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import numpy as np


def solve(values):
    return [b"x" * 4_000_000, np.zeros((4_000_000, 0))]
