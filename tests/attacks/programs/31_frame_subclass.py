# attack 31: a table class with comparisons of its own
# must: bad_value
# ---
import pandas as pd


class Frame(pd.DataFrame):
    def equals(self, other):
        return True


def solve(values):
    return Frame({"a": values})
