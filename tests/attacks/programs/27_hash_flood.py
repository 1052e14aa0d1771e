# attack 27: return integers that share one hash
# must: bad_value timeout
# limits: wall=3
# ---
def solve(values):
    prime = 2**61 - 1
    return dict.fromkeys(k * prime for k in range(2000))
