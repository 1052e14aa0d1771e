# attack 38: a table of NaN
# must: wrong
# ---
import pandas as pd


def solve(values):
    return pd.DataFrame({"mean": [float("nan")] * len(values)})
