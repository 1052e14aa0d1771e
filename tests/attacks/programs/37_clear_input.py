# attack 37: empty the input after reading it (harmless: the answer is right)
# must: passed
# ---
def solve(values):
    mean = sum(values) / len(values)
    values.clear()
    return mean
