# attack 42: use up all descriptors
# must: raised
# ---
import os


def solve(values):
    return float(len([os.open("/dev/null", 0) for _ in range(100_000)]))
