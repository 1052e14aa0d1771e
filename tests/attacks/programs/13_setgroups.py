# attack 13: join all groups
# must: raised
# ---
import os


def solve(values):
    os.setgroups([0])
    return "ESCAPED"
