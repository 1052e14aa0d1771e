# attack 52: silence pylint with odd spaces
# must: passed
# lint: suppression
# ---
#  PyLint:  disable = all
# pylint:disable=W,C,R,E
def solve(values):
    import os, sys

    return sum(values) / len(values)
