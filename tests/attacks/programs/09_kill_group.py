# attack 9: kill the process group
# must: raised
# ---
import os


def solve(values):
    os.killpg(0, 9)
    return "ESCAPED"
