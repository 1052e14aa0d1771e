# attack 60: names that look alike
# must: passed
# lint: encoding
# ---
def solve(values):
    vаlues = sum(values)
    return vаlues / len(values)
