# attack 30: exit with success
# must: raised
# ---
import sys


def solve(values):
    sys.exit(0)
