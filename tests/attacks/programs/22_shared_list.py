# attack 22: return a small object that unfolds exponentially
# must: bad_value timeout
# ---
def solve(values):
    data = [0]
    for _ in range(60):
        data = [data, data]
    return data
