# attack 2: save an array to /tmp
# must: raised
# ---
import numpy as np


def solve(values):
    np.save("/tmp/parelha-attack-was-here.npy", np.arange(3))
    return "ESCAPED"
