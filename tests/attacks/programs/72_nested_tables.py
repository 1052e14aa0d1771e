# attack 72: lists of lists of tables, each of which would be printed
# must: wrong bad_value
# limits: wall=8 cpu=6
# ---
import numpy as np
import pandas as pd


def solve(values):
    table = pd.DataFrame(np.random.default_rng(0).random((10, 20)))
    return [[[table] * 6] * 6] * 6
