# attack 64: take a list at a known address for a known list
# must: passed wrong
# ---
SEEN = {}


def solve(values):
    if id(values) not in SEEN:
        total = 0.0
        for value in values:
            total += value
        SEEN[id(values)] = total / len(values)
    return SEEN[id(values)]
