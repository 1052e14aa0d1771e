# attack 38: the right number as text
# must: wrong
# ---
def solve(values):
    return str(sum(values) / len(values))
