# attack 19: fork
# must: raised
# ---
import os


def solve(values):
    os.fork()
    return "ESCAPED"
