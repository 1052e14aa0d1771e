# attack 30: call the interpreter's quit
# must: raised
# ---
def solve(values):
    quit(0)
