# attack 26: return a value nested a million deep
# must: bad_value timeout
# ---
def solve(values):
    data = []
    for _ in range(1_000_000):
        data = [data]
    return data
