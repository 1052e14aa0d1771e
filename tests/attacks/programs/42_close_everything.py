# attack 42: close every descriptor
# must: crashed
# ---
import os


def solve(values):
    os.closerange(0, 4096)
    return 0.0
