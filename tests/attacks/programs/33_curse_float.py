# attack 33: give float another equality through its slots
# must: wrong crashed raised
# ---
import ctypes
import gc


def solve(values):
    slots = gc.get_referents(float.__dict__)[0]
    slots["__eq__"] = lambda self, other: True
    slots["__sub__"] = lambda self, other: 0.0
    return 0.0
