# attack 30: leave at once with success
# must: crashed
# ---
import os


def solve(values):
    os._exit(0)
