# attack 72: texts that differ only in their last character
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
def solve(values):
    return {"a" * 4_000 + str(k) for k in range(1_000)}
