# attack 4: run a shell
# must: wrong
# ---
import os


def solve(values):
    return "ESCAPED" if os.system("true") == 0 else "refused"
