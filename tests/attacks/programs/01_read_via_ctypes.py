# attack 1: read a private file through the C library
# must: wrong
# ---
import ctypes


def solve(values):
    libc = ctypes.CDLL(None)
    descriptor = libc.open(b"@SECRET@", 0)
    buffer = ctypes.create_string_buffer(200)
    libc.read(descriptor, buffer, 200)
    return buffer.value.decode()
