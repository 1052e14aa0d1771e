# attack 38: infinity as the answer, within any relative tolerance of itself
# must: wrong
# ---
def solve(values):
    return float("inf")
