# attack 10: open a performance counter
# must: wrong
# ---
import ctypes


def solve(values):
    attr = ctypes.create_string_buffer(128)
    return "ESCAPED" if ctypes.CDLL(None).syscall(298, attr, 0, -1, -1, 0) >= 0 else "refused"
