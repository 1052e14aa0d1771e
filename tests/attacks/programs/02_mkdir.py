# attack 2: make a folder
# must: raised
# ---
import os


def solve(values):
    os.mkdir("/tmp/parelha-attack-was-here")
    return "ESCAPED"
