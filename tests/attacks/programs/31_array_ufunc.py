# attack 31: an object that answers numpy's comparisons
# must: bad_value
# ---
import numpy as np


class Array:
    def __array_ufunc__(self, *args, **kwargs):
        return np.True_

    def __array__(self, *args, **kwargs):
        return np.zeros(1)

    def __float__(self):
        return 0.0


def solve(values):
    return Array()
