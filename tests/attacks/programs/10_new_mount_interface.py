# attack 10: fsopen, the newer way to mount
# must: wrong
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).syscall(430, b"tmpfs", 0) >= 0 else "refused"
