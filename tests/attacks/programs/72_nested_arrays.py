# attack 72: lists of lists of arrays, each of which would be printed whole
# must: wrong bad_value
# limits: wall=8 cpu=6
# ---
import numpy as np


def solve(values):
    row = [np.random.default_rng(0).random(1000) for _ in range(6)]
    return [[row] * 6] * 6
