# attack 44: scan raw memory around known objects for expected answers
# must: wrong crashed
# ---
import ctypes

MASKED = @MASKED_ANSWER@  # inverted, so that the search does not find itself


def solve(values):
    start = id(values) & ~0xFFFFF
    data = bytes(byte ^ 0xFF for byte in ctypes.string_at(start, 1 << 16))
    return "ESCAPED" if MASKED in data else "none"
