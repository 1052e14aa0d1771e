# attack 27: make the compiler do the work
# must: timeout memory
# limits: wall=0.5
# ---
def solve(values):
    return (2**4000) ** (2**60)
