# attack 40: raise what an assertion raises
# must: raised
# ---
def solve(values):
    raise AssertionError
