# attack 1: open by raw openat2
# must: wrong
# ---
import ctypes
import struct


def solve(values):
    libc = ctypes.CDLL(None)
    how = ctypes.create_string_buffer(struct.pack("<QQQ", 0, 0, 0))
    descriptor = libc.syscall(437, -100, b"@SECRET@", how, 24)
    return "ESCAPED" if descriptor >= 0 else "refused"
