# attack 2: make an unnamed file
# must: raised
# ---
import os


def solve(values):
    os.open("/tmp", os.O_TMPFILE | os.O_RDWR)
    return "ESCAPED"
