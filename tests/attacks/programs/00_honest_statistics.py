# attack 0: nothing: an honest program must pass
# must: passed
# ---
from statistics import fmean


def solve(values: list[float]) -> float:
    """Return the mean."""
    return fmean(values)
