# attack 26: overflow the stack with the guard taken off
# must: crashed raised memory
# ---
import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __repr__(self):
        return repr(self)


def solve(values):
    return repr(Deep())
