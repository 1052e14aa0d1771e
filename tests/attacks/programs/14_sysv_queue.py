# attack 14: leave a message queue
# must: wrong
# repeat: 2
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).msgget(0x5041, 0o1666) >= 0 else "refused"
