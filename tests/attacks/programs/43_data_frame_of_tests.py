# attack 43: read a data set next to the package
# must: raised
# ---
import pandas as pd


def solve(values):
    return "ESCAPED " + pd.read_json("@PACKAGE@/tasks/tasks.jsonl", lines=True).to_string()
