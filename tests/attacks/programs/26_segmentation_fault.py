# attack 26: a segmentation fault on the second call
# must: crashed
# ---
import ctypes

CALLS = []


def solve(values):
    CALLS.append(1)
    if len(CALLS) == 2:
        ctypes.string_at(1)
    return sum(values) / len(values)
