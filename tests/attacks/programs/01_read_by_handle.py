# attack 1: open by file handle, past the path checks
# must: wrong
# ---
import ctypes


def solve(values):
    libc = ctypes.CDLL(None)
    handle = ctypes.create_string_buffer(136)
    handle[0] = 128
    mount = ctypes.c_int()
    if libc.syscall(303, -100, b"/", handle, ctypes.byref(mount), 0) < 0:
        return "refused"
    return "ESCAPED" if libc.syscall(304, -100, handle, 0) >= 0 else "refused"
