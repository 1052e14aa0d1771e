# attack 31: an object equal to everything, inside an array
# must: bad_value
# ---
import numpy as np


class Equal:
    def __eq__(self, other):
        return True


def solve(values):
    return np.array([Equal()], dtype=object)
