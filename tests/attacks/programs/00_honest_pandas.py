# attack 0: nothing: an honest program must pass
# must: passed
# ---
import pandas as pd


def solve(values: list[float]) -> float:
    """Return the mean."""
    frame = pd.DataFrame({"value": values, "group": "all"})
    return float(frame.groupby("group")["value"].mean().iloc[0])
