# attack 17: fill a large array
# must: memory
# ---
import numpy as np


def solve(values):
    return float(np.ones((1 << 17, 1 << 12)).mean())
