# attack 23: block on a pipe nobody reads
# must: timeout
# limits: wall=0.4
# ---
import os


def solve(values):
    _, writer = os.pipe()
    while True:
        os.write(writer, b"x" * 65536)
