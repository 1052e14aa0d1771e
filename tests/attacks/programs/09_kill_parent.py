# attack 9: kill the warm parent
# must: raised
# ---
import os


def solve(values):
    os.kill(os.getppid(), 9)
    return "ESCAPED"
