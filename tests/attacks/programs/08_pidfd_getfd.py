# attack 8: take a descriptor from the grader
# must: raised
# ---
import ctypes
import os


def solve(values):
    descriptor = os.pidfd_open(@PID@)
    return f"ESCAPED {ctypes.CDLL(None).syscall(438, descriptor, 0, 0)}"
