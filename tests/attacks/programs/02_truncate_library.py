# attack 2: truncate a library by path
# must: raised
# ---
import os
import statistics


def solve(values):
    os.truncate(statistics.__file__, 0)
    return "ESCAPED"
