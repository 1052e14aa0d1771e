# attack 2: hide data in a file's attributes
# must: raised
# ---
import os
import statistics


def solve(values):
    os.setxattr(statistics.__file__, "user.parelha", b"x")
    return "ESCAPED"
