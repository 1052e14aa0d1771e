# attack 26: abort
# must: crashed
# ---
import os


def solve(values):
    os.abort()
