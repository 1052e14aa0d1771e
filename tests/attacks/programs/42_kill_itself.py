# attack 42: SIGKILL to itself, so that it looks killed from outside
# must: raised
# ---
import os


def solve(values):
    os.kill(os.getpid(), 9)
    return 0.0
