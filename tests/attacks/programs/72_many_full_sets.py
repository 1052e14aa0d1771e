# attack 72: a list of many sets of one
# must: wrong bad_value
# limits: wall=20 cpu=10
# ---
import struct
import sys

Encoder = sys.modules["sandboxed.codec_write"].Encoder
plain = Encoder.encode


def many(self, value):
    """A list of many times the value, without the work of writing each."""
    one = plain(self, value)
    count = 4_100_000 // len(one)
    return b"L" + struct.pack("<I", count) + one * count


Encoder.encode = many


def solve(values):
    return {None}
