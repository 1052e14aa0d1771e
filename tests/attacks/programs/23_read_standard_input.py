# attack 23: wait for input
# must: raised
# ---
def solve(values):
    return float(input("number: "))
