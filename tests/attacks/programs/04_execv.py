# attack 4: become another program
# must: raised
# ---
import os


def solve(values):
    os.execv("/bin/true", ["true"])
