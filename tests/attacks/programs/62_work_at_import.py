# attack 62: work ahead before any call is timed
# must: passed
# ---
READY = {}
for first in range(300_000):
    READY[first / 8] = first / 8


def solve(values):
    if len(values) == 1 and values[0] in READY:
        return READY[values[0]]
    total = 0.0
    for value in values:
        total += value
    return total / len(values)
