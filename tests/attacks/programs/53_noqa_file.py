# attack 53: silence flake8 on a file
# must: passed
# lint: suppression
# ---
# flake8: noqa
def solve(values):
    return sum(values) / len(values)
