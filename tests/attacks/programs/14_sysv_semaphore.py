# attack 14: leave a semaphore
# must: wrong
# repeat: 2
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).semget(0x5041, 1, 0o1666) >= 0 else "refused"
