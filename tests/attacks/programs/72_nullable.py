# attack 72: a nullable column of millions of cells
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import pandas as pd


def solve(values):
    return pd.Series([True], dtype="boolean").repeat(2_000_000).reset_index(drop=True)
