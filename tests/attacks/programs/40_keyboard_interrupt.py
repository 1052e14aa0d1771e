# attack 40: pretend that the user stopped the run
# must: raised
# ---
def solve(values):
    raise KeyboardInterrupt
