# attack 41: an empty list for every answer
# must: wrong
# ---
def solve(values):
    return []
