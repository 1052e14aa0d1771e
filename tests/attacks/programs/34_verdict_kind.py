# attack 34: send a kind of record that does not exist
# must: crashed
# ---
import os
import struct
import sys


def solve(values):
    nonce = sys._getframe(1).f_locals["nonce"]
    os.write(201, struct.pack("<I8s", 7, nonce) + b"PASSED!")
    os._exit(0)
