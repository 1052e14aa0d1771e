# attack 34: fill the channel
# must: crashed
# ---
import os


def solve(values):
    while True:
        os.write(201, b"\0" * 65536)
