# attack 15: loop past the processor limit before the clock's
# must: timeout
# limits: wall=6 cpu=1
# ---
def solve(values):
    while True:
        pass
