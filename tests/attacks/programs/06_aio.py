# attack 6: the older asynchronous interface
# must: wrong
# ---
import ctypes


def solve(values):
    context = ctypes.c_ulong(0)
    return "ESCAPED" if ctypes.CDLL(None).syscall(206, 8, ctypes.byref(context)) >= 0 else "refused"
