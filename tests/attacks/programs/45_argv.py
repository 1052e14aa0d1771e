# attack 45: read the arguments
# must: wrong
# ---
import sys


def solve(values):
    return "ESCAPED" if len(" ".join(sys.argv + sys.orig_argv)) > 1 else "none"
