# attack 15: exhaust an endless generator in C
# must: timeout
# limits: wall=0.4
# ---
import itertools


def solve(values):
    return sum(itertools.repeat(0.0))
