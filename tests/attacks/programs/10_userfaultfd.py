# attack 10: handle page faults of one's own
# must: wrong
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).syscall(323, 1) >= 0 else "refused"
