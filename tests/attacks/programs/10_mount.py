# attack 10: mount /proc
# must: wrong
# ---
import ctypes


def solve(values):
    result = ctypes.CDLL(None).mount(b"proc", b"/tmp", b"proc", 0, None)
    return "ESCAPED" if result >= 0 else "refused"
