# attack 10: enter the grader's namespaces
# must: wrong
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).setns(0, 0) >= 0 else "refused"
