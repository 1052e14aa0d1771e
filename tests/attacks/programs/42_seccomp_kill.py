# attack 42: be killed by the filter, again and again
# must: crashed wrong
# ---
import ctypes


def solve(values):
    ctypes.CDLL(None).syscall(0x40000000, 0, 0, 0)
    return 0.0
