# attack 64: remember the answer to every input
# must: passed
# ---
SEEN = {}


def solve(values):
    key = (len(values), values[0], values[-1])
    if key not in SEEN:
        total = 0.0
        for value in values:
            total += value
        SEEN[key] = total / len(values)
    return SEEN[key]
