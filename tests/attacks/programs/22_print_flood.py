# attack 22: print without end
# must: timeout
# limits: wall=0.4
# ---
def solve(values):
    while True:
        print("x" * 10_000)
