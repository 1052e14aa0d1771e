# attack 72: a table of nearly as many columns as may be, of text, in every call a quarter
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import pandas as pd


def solve(values):
    return pd.DataFrame({name: ["a"] for name in range(1_300)})
