# attack 38: text that cannot be written
# must: bad_value
# ---
def solve(values):
    return "\ud800" * 10
