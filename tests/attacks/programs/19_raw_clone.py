# attack 19: clone by raw system call
# must: wrong
# ---
import ctypes


def solve(values):
    pid = ctypes.CDLL(None).syscall(56, 17, 0, 0, 0, 0)
    return "ESCAPED" if pid >= 0 else "refused"
