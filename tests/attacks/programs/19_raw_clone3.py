# attack 19: clone3, whose flags a filter cannot see
# must: wrong
# ---
import ctypes
import struct


def solve(values):
    arguments = ctypes.create_string_buffer(struct.pack("<QQQQQQQQ", 0, 0, 0, 0, 17, 0, 0, 0))
    return "ESCAPED" if ctypes.CDLL(None).syscall(435, arguments, 64) >= 0 else "refused"
