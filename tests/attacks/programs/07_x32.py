# attack 7: call through the x32 table
# must: crashed wrong
# ---
import ctypes


def solve(values):
    result = ctypes.CDLL(None).syscall(0x40000000 | 2, b"@SECRET@", 0, 0)
    return "ESCAPED" if result >= 0 else "refused"
