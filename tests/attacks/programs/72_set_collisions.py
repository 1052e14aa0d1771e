# attack 72: different hashes that are looked up in the same places
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
def solve(values):
    return dict.fromkeys(k << 40 for k in range(30_000))
