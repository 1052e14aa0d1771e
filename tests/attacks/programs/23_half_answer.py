# attack 23: send half a frame and wait
# must: timeout
# limits: wall=0.4
# ---
import os
import time


def solve(values):
    os.write(201, b"\x10\x00")
    time.sleep(60)
