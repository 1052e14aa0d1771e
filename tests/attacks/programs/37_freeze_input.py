# attack 37: keep the inputs and change them later
# must: wrong
# ---
KEPT = []


def solve(values):
    KEPT.append(values)
    for old in KEPT:
        old[:] = [2.0] * len(old)
    return KEPT[0][0]
