# attack 26: recurse for ever
# must: raised
# ---
def solve(values):
    return solve(values)
