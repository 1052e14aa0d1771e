# attack 35: answer at the end instead of when asked
# must: wrong
# ---
import atexit
import os

atexit.register(lambda: os.write(201, b"VT"))


def solve(values):
    return 0.0
