# attack 72: labels that pandas' own hash of text takes for one
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import itertools

import numpy as np
import pandas as pd


def solve(values):
    pairs = itertools.product(["Aa", "BB"], repeat=14)
    labels = pd.Index(["".join(pair) for pair in pairs])
    return pd.MultiIndex([labels], [np.arange(len(labels))], verify_integrity=False)
