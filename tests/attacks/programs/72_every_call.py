# attack 72: dear values in every call
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import pandas as pd


def solve(values):
    return [pd.DataFrame({"a": ["x"]})] * 800
