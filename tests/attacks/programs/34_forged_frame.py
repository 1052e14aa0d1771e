# attack 34: write an answer of one's own before the real one
# must: crashed
# ---
import os
import struct


def solve(values):
    os.write(201, struct.pack("<I8s", 2, b"\0" * 8) + b"VT")
    return 0.0
