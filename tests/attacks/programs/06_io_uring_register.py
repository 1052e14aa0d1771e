# attack 6: register without a ring
# must: wrong
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).syscall(427, -1, 0, None, 0) >= 0 else "refused"
