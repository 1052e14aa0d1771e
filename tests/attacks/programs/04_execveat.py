# attack 4: execute a file by descriptor
# must: wrong
# ---
import ctypes


def solve(values):
    libc = ctypes.CDLL(None)
    return "ESCAPED" if libc.syscall(322, -100, b"/bin/true", None, None, 0) >= 0 else "refused"
