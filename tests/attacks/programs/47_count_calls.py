# attack 47: answer by the number of the call
# must: wrong
# ---
ANSWERS = iter([2.0, 3.0, 10.0, 0.0, 0.0, 0.0, 0.0])


def solve(values):
    return next(ANSWERS)
