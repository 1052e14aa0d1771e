# attack 22: raise an exception with a message of 100 MB
# must: raised
# ---
def solve(values):
    raise ValueError("x" * (100 << 20))
