# attack 26: return a list that holds itself
# must: bad_value
# ---
def solve(values):
    data = []
    data.append(data)
    return data
