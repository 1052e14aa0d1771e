# attack 38: a truth value for a number
# must: wrong
# ---
def solve(values):
    return True
