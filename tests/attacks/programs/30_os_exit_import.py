# attack 30: leave before the first test
# must: crashed
# ---
import os

os._exit(0)


def solve(values):
    return 0.0
