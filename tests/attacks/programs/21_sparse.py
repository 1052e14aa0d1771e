# attack 21: a file that only looks large
# must: raised
# ---
import os


def solve(values):
    descriptor = os.open("sparse", os.O_CREAT | os.O_WRONLY)
    os.truncate(descriptor, 1 << 50)
    return "ESCAPED"
