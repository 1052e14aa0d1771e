# attack 34: write answers before any input came
# must: crashed
# ---
import os
import struct

record = b"Vf" + struct.pack("<d", 2.0)
os.write(201, (struct.pack("<I8s", len(record), b"\0" * 8) + record) * 10)


def solve(values):
    return 2.0
