# attack 13: clear no_new_privs or the parent's death signal
# must: wrong
# ---
import ctypes


def solve(values):
    libc = ctypes.CDLL(None)
    return "ESCAPED" if libc.prctl(38, 0, 0, 0, 0) >= 0 or libc.prctl(1, 0) >= 0 else "refused"
