# attack 33: make everything close to everything
# must: wrong
# ---
import math

math.isclose = lambda *args, **kwargs: True
math.isnan = lambda value: True


def solve(values):
    return 0.0
