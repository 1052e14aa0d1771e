# attack 53: silence flake8 on a line
# must: passed
# lint: suppression
# ---
def solve(values):
    return sum(values) / len(values)  # noqa
