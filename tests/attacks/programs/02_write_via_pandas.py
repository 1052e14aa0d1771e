# attack 2: save a table to /tmp
# must: raised
# ---
import pandas as pd


def solve(values):
    pd.DataFrame({"a": values}).to_csv("/tmp/parelha-attack-was-here.csv")
    return "ESCAPED"
