# attack 8: compare kernel objects with the grader's
# must: wrong
# ---
import ctypes
import os


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).syscall(312, os.getpid(), @PID@, 0, 0, 0) >= 0 else "no"
