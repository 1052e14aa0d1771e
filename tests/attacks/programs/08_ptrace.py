# attack 8: trace the grader
# must: wrong
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).ptrace(16, @PID@, 0, 0) >= 0 else "refused"
