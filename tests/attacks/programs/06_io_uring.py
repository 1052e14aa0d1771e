# attack 6: make an io_uring, which walks around filters
# must: wrong
# ---
import ctypes


def solve(values):
    params = ctypes.create_string_buffer(120)
    return "ESCAPED" if ctypes.CDLL(None).syscall(425, 8, params) >= 0 else "refused"
