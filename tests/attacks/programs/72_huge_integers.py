# attack 72: integers as long as they may be, many of them
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
def solve(values):
    return [(1 << 13_590) - k for k in range(2_400)]
