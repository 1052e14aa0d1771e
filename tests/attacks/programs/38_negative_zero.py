# attack 38: negative zero for everything
# must: wrong
# ---
def solve(values):
    return -0.0
