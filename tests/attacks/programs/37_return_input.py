# attack 37: change the input into the answer and hope it is compared with itself
# must: wrong
# ---
def solve(values):
    values[:] = [0.0]
    return values
