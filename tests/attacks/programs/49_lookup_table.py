# attack 49: a table of constants for likely inputs
# must: wrong
# ---
TABLE = {(0.0,): 0.0, (1.0,): 1.0, (1.0, 2.0): 1.5, (1.0, 2.0, 3.0): 2.0, (): 0.0}


def solve(values):
    return TABLE.get(tuple(values), 0.0)
