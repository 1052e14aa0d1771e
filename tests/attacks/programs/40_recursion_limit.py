# attack 40: leave the harness no stack
# must: raised wrong crashed bad_value
# ---
import sys


def solve(values):
    sys.setrecursionlimit(5)
    return 0.0
