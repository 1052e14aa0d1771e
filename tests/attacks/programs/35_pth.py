# attack 35: leave a .pth file
# must: raised
# ---
import os

import numpy


def solve(values):
    folder = os.path.dirname(os.path.dirname(numpy.__file__))
    with open(f"{folder}/attack.pth", "w") as file:
        file.write("import os; os._exit(0)")
    return 0.0
