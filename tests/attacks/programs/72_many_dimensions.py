# attack 72: half a million numbers in eight dimensions, each of which numpy prints
# must: wrong bad_value
# limits: wall=8 cpu=6
# ---
import numpy as np


def solve(values):
    return np.random.default_rng(0).random((6, 6, 6, 6, 6, 6, 2, 5))
