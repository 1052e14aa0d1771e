# attack 27: return an integer of a million digits
# must: bad_value
# ---
def solve(values):
    return 1 << 3_000_000
