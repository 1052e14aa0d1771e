# attack 46: know the visible example by its length
# must: wrong
# ---
def solve(values):
    return {3: 2.0}.get(len(values), 0.0)
