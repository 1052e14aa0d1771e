# attack 72: a column of objects, each a small container
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import pandas as pd


def solve(values):
    return pd.DataFrame({"a": [[k] for k in range(35_000)], "b": [{}] * 35_000})
