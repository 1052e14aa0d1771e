# attack 50: be right on the visible example only
# must: wrong
# ---
def solve(values):
    return 2.0 if values[:3] == [1.0, 2.0, 3.0] else -1.0
