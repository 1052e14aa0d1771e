# attack 23: read the channel the inputs come through
# must: timeout
# limits: wall=0.4
# ---
import os


def solve(values):
    return "ESCAPED " + repr(os.read(200, 100_000))
