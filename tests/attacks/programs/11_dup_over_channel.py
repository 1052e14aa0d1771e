# attack 11: put another file in the place of the channel
# must: crashed
# ---
import os


def solve(values):
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 201)
    return sum(values) / len(values)
