# attack 0: calls for which pandas imports parts of other libraries
# must: passed
# ---
import pandas as pd


def solve(values):
    column = pd.Series([float(value) for value in values] + [None, 4.0, 1.0, 3.0, 2.0])
    filled = column.interpolate(method="cubic", limit_direction="both")
    filled.corr(column.rank(), method="spearman")
    filled.rolling(3, win_type="gaussian").mean(std=1.0)
    return sum(values) / len(values)
