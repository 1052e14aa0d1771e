# attack 8: ask to be traced
# must: wrong
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).ptrace(0, 0, 0, 0) >= 0 else "refused"
