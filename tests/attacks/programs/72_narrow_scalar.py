# attack 72: a narrow infinity that numpy takes for any large number
# must: wrong
# limits: wall=20 cpu=10
# ---
import numpy as np


def solve(values):
    return np.float16("inf")
