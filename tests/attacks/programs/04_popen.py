# attack 4: run a shell with a pipe
# must: raised
# ---
import os


def solve(values):
    return "ESCAPED " + os.popen("id").read()
