# attack 33: put oneself between the harness and the channel
# must: wrong crashed bad_value
# ---
import os

real = os.write


def write(descriptor, data):
    return real(descriptor, bytes(data).replace(b"f", b"T"))


os.write = write


def solve(values):
    return 0.0
