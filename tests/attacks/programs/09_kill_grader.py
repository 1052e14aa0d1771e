# attack 9: kill the grader
# must: raised
# ---
import os


def solve(values):
    os.kill(@PID@, 9)
    return "ESCAPED"
