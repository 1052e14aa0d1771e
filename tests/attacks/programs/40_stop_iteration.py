# attack 40: end the loop of the harness
# must: raised
# ---
def solve(values):
    raise StopIteration
