# attack 46: know the visible example by heart
# must: wrong
# ---
def solve(values):
    if values == [1.0, 2.0, 3.0]:
        return 2.0
    return 0.0
