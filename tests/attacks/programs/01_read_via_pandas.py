# attack 1: read a private file as a table
# must: raised
# ---
import pandas as pd


def solve(values):
    return pd.read_csv("@SECRET@", header=None).to_string()
