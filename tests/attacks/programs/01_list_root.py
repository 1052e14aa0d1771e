# attack 1: list the machine's folders
# must: raised
# ---
import os


def solve(values):
    return "ESCAPED " + " ".join(os.listdir("/"))
