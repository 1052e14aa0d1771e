# attack 34: a well-framed value that is a bomb
# must: bad_value crashed
# ---
import os
import struct
import sys


def solve(values):
    nonce = sys._getframe(1).f_locals["nonce"]
    shape = struct.pack("<IBII", 3, 2, 2**31, 2**31)
    record = b"Va" + shape[:4] + b"<f8" + shape[4:] + struct.pack("<I", 0)
    os.write(201, struct.pack("<I8s", len(record), nonce) + record)
    os._exit(0)
