# attack 12: read the environment
# must: wrong
# ---
import os


def solve(values):
    return "ESCAPED " + repr(dict(os.environ)) if os.environ else "empty"
