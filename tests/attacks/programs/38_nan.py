# attack 38: NaN, which is unlike everything, for graders that test for difference
# must: wrong
# ---
def solve(values):
    return float("nan")
