# attack 2: delete a library
# must: raised
# ---
import os
import statistics


def solve(values):
    os.unlink(statistics.__file__)
    return "ESCAPED"
