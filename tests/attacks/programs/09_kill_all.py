# attack 9: kill everything of this user
# must: raised
# ---
import os


def solve(values):
    os.kill(-1, 9)
    return "ESCAPED"
