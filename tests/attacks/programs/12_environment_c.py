# attack 12: read the environment of the C library
# must: wrong
# ---
import ctypes


def solve(values):
    environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    found = []
    while environ and environ[len(found)]:
        found.append(environ[len(found)].decode())
    keys = [line for line in found if not line.startswith(("LC_CTYPE", "OMP_"))]
    return f"ESCAPED {keys}" if keys else "empty"
