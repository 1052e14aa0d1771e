# attack 72: a table of many columns of text without a row
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import os
import struct
import sys

import pandas as pd


def solve(values):
    # Written by hand: making it would take longer than reading it.
    count = 500_000
    nonce = sys._getframe(1).f_locals["nonce"]
    ranges = []
    for stop in (0, count):
        numbers = [b"i" + struct.pack("<I", 4) + n.to_bytes(4, "little") for n in (0, stop, 1)]
        ranges.append(b"rN" + b"".join(numbers))
    columns = b"to\1\0\0\0\0" * count
    record = b"V2" + struct.pack("<I", count) + b"".join(ranges) + columns
    data = struct.pack("<I8s", len(record), nonce) + record
    while data:
        data = data[os.write(201, data) :]
    os._exit(0)
