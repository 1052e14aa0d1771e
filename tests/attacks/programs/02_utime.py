# attack 2: change the times of a library, so that caches are rebuilt
# must: raised
# ---
import os
import statistics


def solve(values):
    os.utime(statistics.__file__, (0, 0))
    return "ESCAPED"
