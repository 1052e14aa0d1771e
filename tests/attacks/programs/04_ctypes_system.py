# attack 4: run a shell through the C library
# must: wrong
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).system(b"true") == 0 else "refused"
