# attack 1: climb out of a readable folder
# must: raised
# ---
import math
import os


def solve(values):
    folder = os.path.dirname(os.__file__)
    path = folder + "/.." * (folder.count("/")) + "@SECRET@"
    with open(path) as file:
        return file.read()
