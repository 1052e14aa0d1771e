# attack 5: socket by raw system call
# must: wrong
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).syscall(41, 2, 1, 0) >= 0 else "refused"
