# attack 31: an object equal to everything, inside a column
# must: bad_value
# ---
import pandas as pd


class Equal:
    def __eq__(self, other):
        return True


def solve(values):
    return pd.Series([Equal()], dtype=object)
