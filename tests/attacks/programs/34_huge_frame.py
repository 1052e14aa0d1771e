# attack 34: announce a frame of 4 GB
# must: crashed bad_value
# ---
import os
import sys


def solve(values):
    nonce = sys._getframe(1).f_locals.get("nonce", b"\0" * 8)
    os.write(201, b"\xff\xff\xff\xff" + nonce)
    return 0.0
