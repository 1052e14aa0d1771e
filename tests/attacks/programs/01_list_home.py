# attack 1: list the home folder
# must: raised
# ---
import os


def solve(values):
    return "ESCAPED " + " ".join(os.listdir("@HOME@"))
