# attack 31: an array class with comparisons of its own
# must: bad_value
# ---
import numpy as np


class Array(np.ndarray):
    def __eq__(self, other):
        return np.True_

    def __array_wrap__(self, *args, **kwargs):
        return np.True_


def solve(values):
    return np.zeros(1).view(Array)
