# attack 26: overwrite the heap
# must: crashed raised wrong bad_value
# ---
import ctypes


def solve(values):
    ctypes.memset(id(values), 0x41, 40)
    return values
