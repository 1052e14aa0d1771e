# attack 31: a lazy answer
# must: bad_value
# ---
def solve(values):
    return (value for value in values)
