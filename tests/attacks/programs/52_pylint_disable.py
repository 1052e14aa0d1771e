# attack 52: silence pylint
# must: passed
# lint: suppression
# ---
# pylint: disable=all
def solve(values):
    l = 0
    for i in range(len(values)):
        l = l + values[i]
    return l / len(values)
