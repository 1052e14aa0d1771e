# attack 10: load a kernel program
# must: wrong
# ---
import ctypes


def solve(values):
    attr = ctypes.create_string_buffer(128)
    return "ESCAPED" if ctypes.CDLL(None).syscall(321, 0, attr, 128) >= 0 else "refused"
