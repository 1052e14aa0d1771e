# attack 38: the right number in a list
# must: wrong
# ---
def solve(values):
    return [sum(values) / len(values)]
