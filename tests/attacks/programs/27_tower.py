# attack 27: a number that does not fit the machine
# must: timeout memory
# limits: wall=0.5
# ---
def solve(values):
    return 10**10**9
