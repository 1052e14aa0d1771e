# attack 4: become a fresh interpreter that answers for us
# must: raised
# ---
import os
import sys


def solve(values):
    os.execv(sys.executable, [sys.executable, "-c", "import os; os.write(201, b'x' * 100)"])
