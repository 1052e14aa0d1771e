# attack 15: loop for ever
# must: timeout
# limits: wall=0.4
# ---
def solve(values):
    while True:
        pass
