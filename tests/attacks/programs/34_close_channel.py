# attack 34: close the channel and stay
# must: crashed
# ---
import os
import time


def solve(values):
    os.close(201)
    time.sleep(30)
