# attack 2: change the mode of a file
# must: raised
# ---
import os


def solve(values):
    os.chmod("@SECRET@", 0o777)
    return "ESCAPED"
