# attack 10: make a user namespace in which one is root
# must: wrong
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).unshare(0x10000000) >= 0 else "refused"
