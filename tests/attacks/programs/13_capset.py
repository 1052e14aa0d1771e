# attack 13: give oneself capabilities
# must: wrong
# ---
import ctypes
import struct


def solve(values):
    header = struct.pack("<Ii", 0x20080522, 0)
    data = struct.pack("<IIIIII", *[0xFFFFFFFF] * 6)
    return "ESCAPED" if ctypes.CDLL(None).capset(header, data) >= 0 else "refused"
