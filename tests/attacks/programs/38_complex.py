# attack 38: the right number with an imaginary part of zero
# must: wrong
# ---
def solve(values):
    return complex(sum(values) / len(values), 0)
