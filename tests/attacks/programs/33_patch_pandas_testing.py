# attack 33: make pandas' assertions pass
# must: wrong
# ---
import pandas as pd

pd.testing.assert_frame_equal = lambda *args, **kwargs: None
pd.DataFrame.equals = lambda self, other: True


def solve(values):
    return 0.0
