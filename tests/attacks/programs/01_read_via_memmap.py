# attack 1: map a private file into memory
# must: raised
# ---
import numpy as np


def solve(values):
    return np.memmap("@SECRET@", dtype=np.uint8, mode="r").tobytes().decode()
