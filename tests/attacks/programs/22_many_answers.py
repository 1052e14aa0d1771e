# attack 22: answers that only together weigh too much
# must: wrong bad_value timeout
# ---
def solve(values):
    return "x" * (3 << 20)
