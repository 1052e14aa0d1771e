# attack 18: a file in memory, outside the address space
# must: raised
# ---
import os


def solve(values):
    descriptor = os.memfd_create("attack")
    while True:
        os.write(descriptor, b"x" * (1 << 20))
