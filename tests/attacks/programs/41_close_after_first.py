# attack 41: answer once and close the channel
# must: crashed
# ---
import os

CALLS = []


def solve(values):
    CALLS.append(1)
    if len(CALLS) == 2:
        os.close(201)
        os.close(200)
    return sum(values) / len(values)
