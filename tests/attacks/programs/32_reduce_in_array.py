# attack 32: the same, in an array of objects
# must: bad_value
# ---
import os

import numpy as np


class Boom:
    def __reduce__(self):
        return os.system, ("touch /tmp/parelha-attack-was-here",)


def solve(values):
    return np.array([Boom()], dtype=object)
