# attack 1: read a private file as an array
# must: raised
# ---
import numpy as np


def solve(values):
    return np.fromfile("@SECRET@", dtype=np.uint8).tobytes().decode()
