# attack 34: find the number used once in the harness and forge all answers
# must: crashed wrong
# ---
import os
import struct
import sys


def solve(values):
    frame = sys._getframe()
    while frame is not None:
        nonce = frame.f_locals.get("nonce")
        if nonce is not None:
            record = b"Vf" + struct.pack("<d", 2.0)
            for _ in range(10):
                os.write(201, struct.pack("<I8s", len(record), nonce) + record)
            break
        frame = frame.f_back
    return 2.0
