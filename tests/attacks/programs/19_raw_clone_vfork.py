# attack 19: clone sharing memory, as vfork does
# must: wrong
# ---
import ctypes


def solve(values):
    pid = ctypes.CDLL(None).syscall(56, 0x4100 | 17, 0, 0, 0, 0)
    return "ESCAPED" if pid >= 0 else "refused"
