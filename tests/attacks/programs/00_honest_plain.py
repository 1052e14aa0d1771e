# attack 0: nothing: an honest program must pass
# must: passed
# ---
def solve(values):
    return sum(values) / len(values)
