# attack 31: an extension array of one's own
# must: bad_value raised
# ---
import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray, ExtensionDtype


class Kind(ExtensionDtype):
    name = "Int64"
    type = int


class Array(ExtensionArray):
    dtype = Kind()

    def __len__(self):
        return 1

    def __getitem__(self, item):
        return np.True_

    def isna(self):
        return np.array([False])

    def copy(self):
        return self


def solve(values):
    return pd.Series(Array())
