# attack 41: answer once and vanish
# must: raised wrong
# ---
def solve(values):
    del globals()["solve"]
    solve()
