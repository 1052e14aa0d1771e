# attack 31: containers outside the list
# must: bad_value
# ---
def solve(values):
    return [frozenset({1}), range(3)]
