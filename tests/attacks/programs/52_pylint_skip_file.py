# attack 52: hide the file from pylint
# must: passed
# lint: suppression
# ---
# pylint: skip-file
def solve(values):
    l = 0
    for i in range(len(values)):
        l = l + values[i]
    return l / len(values)
