# attack 22: print a lot, then answer rightly (an honest, noisy program)
# must: passed
# ---
import sys


def solve(values):
    for _ in range(200):
        print("x" * 1000)
        print("x" * 1000, file=sys.stderr)
    return sum(values) / len(values)
