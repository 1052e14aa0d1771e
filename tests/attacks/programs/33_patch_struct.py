# attack 33: replace the module that packs frames
# must: wrong crashed
# ---
import struct
import sys

struct.pack = lambda *args: b""
sys.modules["struct"] = None


def solve(values):
    return 0.0
