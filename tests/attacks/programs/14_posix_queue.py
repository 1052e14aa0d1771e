# attack 14: leave a POSIX message queue
# must: wrong
# repeat: 2
# ---
import ctypes


def solve(values):
    return "ESCAPED" if ctypes.CDLL(None).syscall(240, b"parelha", 0o102, 0o666, 0) >= 0 else "no"
