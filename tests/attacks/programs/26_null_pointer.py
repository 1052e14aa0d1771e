# attack 26: read address 0
# must: crashed
# ---
import ctypes


def solve(values):
    return ctypes.string_at(0)
