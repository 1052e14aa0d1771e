# attack 13: run a setuid program
# must: raised
# ---
import os


def solve(values):
    os.execv("/usr/bin/su", ["su", "-c", "id"])
