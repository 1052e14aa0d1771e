# attack 30: answer once, then leave
# must: crashed
# ---
import os

CALLS = []


def solve(values):
    CALLS.append(1)
    if len(CALLS) > 1:
        os._exit(0)
    return sum(values) / len(values)
