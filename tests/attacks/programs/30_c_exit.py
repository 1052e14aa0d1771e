# attack 30: exit through the C library
# must: crashed
# ---
import ctypes


def solve(values):
    ctypes.CDLL(None).exit(0)
