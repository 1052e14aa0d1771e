# attack 72: tables inside tables
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import pandas as pd


def solve(values):
    value = pd.Series([1, 2])
    for _ in range(6):
        column = pd.Series([None, None, None], dtype=object)
        for place in range(3):
            column[place] = value
        value = column
    return value
