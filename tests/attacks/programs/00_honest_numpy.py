# attack 0: nothing: an honest program must pass
# must: passed
# ---
import numpy as np


def solve(values: list[float]) -> float:
    """Return the mean."""
    return float(np.mean(np.asarray(values)))
