# attack 0: frames, with expressions in words
# must: passed
# ---
import pandas as pd


def solve(values):
    frame = pd.DataFrame({"a": values, "b": ["x"] * len(values)})
    frame["d"] = pd.date_range("2020", periods=len(values))
    frame.query("a > 1"), frame.eval("c = a * 2"), frame.resample("D", on="d")["a"].sum()
    frame.pivot_table(index="b", values="a"), frame.groupby("b").agg(m=("a", "mean"))
    return float(sum(row.a for row in frame.itertuples()) / len(frame))
