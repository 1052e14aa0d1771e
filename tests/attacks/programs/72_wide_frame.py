# attack 72: a table of many empty columns
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import numpy as np
import pandas as pd


def solve(values):
    return pd.DataFrame(np.zeros((0, 4_000)))
