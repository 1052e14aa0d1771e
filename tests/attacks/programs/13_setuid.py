# attack 13: become root
# must: raised
# ---
import os


def solve(values):
    os.setuid(0)
    return "ESCAPED"
