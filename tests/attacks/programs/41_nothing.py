# attack 41: return nothing
# must: wrong
# ---
def solve(values):
    pass
