# attack 22: return a list larger than allowed
# must: bad_value timeout
# ---
def solve(values):
    return [0.0] * (1 << 21)
