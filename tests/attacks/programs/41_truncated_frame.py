# attack 41: announce more than is sent, then leave
# must: crashed
# ---
import os
import sys


def solve(values):
    nonce = sys._getframe(1).f_locals["nonce"]
    os.write(201, b"\x40\x00\x00\x00" + nonce + b"V")
    os._exit(0)
