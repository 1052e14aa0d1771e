# attack 22: return a text larger than allowed
# must: bad_value
# ---
def solve(values):
    return "x" * (50 << 20)
