# attack 17: multiply text
# must: memory
# ---
def solve(values):
    return "x" * (1 << 40)
