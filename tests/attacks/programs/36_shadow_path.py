# attack 36: put the working folder first on the path
# must: raised
# ---
import os
import sys

sys.path.insert(0, os.getcwd())
with open("statistics.py", "w") as file:
    file.write("mean = lambda values: 2.0")


def solve(values):
    return 0.0
